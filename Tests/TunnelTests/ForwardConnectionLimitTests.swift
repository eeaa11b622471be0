import Glibc
import GuardTypes
import Platform
import TestSupport
import Testing

@testable import Tunnel

/// Many idle connections of one user on a forwarded port, and the connections of other users.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct ForwardConnectionLimitTests {
  /// With this descriptor limit the port allows 32 connections in total and 16 per user.
  private static let descriptors = 128

  private func fixture(_ server: SSHServer, _ configuration: TunnelConfiguration) throws -> Fixture {
    let fixture = try Fixture(
      server, configuration, socketFolder: server.folder.path, descriptors: Self.descriptors)
    try #require(fixture.waitUntil(.up))
    return fixture
  }

  private func fixture(
    _ server: SSHServer, listen: StreamAddress = .local(0), target: Int
  ) throws -> Fixture {
    try fixture(
      server,
      TunnelConfiguration(
        host: "tethys", sshConfig: server.sshConfig,
        forwards: [.init(listen: listen, target: .local(target))], hold: .seconds(10)))
  }

  private func isEchoed(_ client: LoopbackSocket) -> Bool {
    guard (try? client.send([7])) != nil else { return false }
    return (try? client.receive()) == [7]
  }

  private func isEchoed(through internalSocket: InternalSocket) throws -> Bool {
    let own = try StreamSocket.connect(to: #require(internalSocket.address), userTimeout: .seconds(5))
    let deadline = MonotonicTime.now + .seconds(30)
    return [9].withUnsafeBytes { own.sendAll($0, until: deadline) } && own.receive(1, until: deadline) == [9]
  }

  @Test(.enabled(if: OtherUser.isPossible, Comment(rawValue: OtherUser.reason)), arguments: [0, 1])
  func oneUsersIdleConnectionsDoNotBlockOtherUsers(_ bytes: Int) throws {
    let echo = try TCPServer(.echo)
    let fixture = try fixture(SSHServer(), target: echo.port)
    var idle = try OtherUser.acting(as: 4711) { try (0..<100).map { _ in try fixture.connect() } }
    // Silent connections and those that sent one byte are treated alike.
    if bytes > 0 { for client in idle { _ = try? client.send([1]) } }
    try #require(eventually { fixture.tunnel.status.forwards[0].refusedConnections == 84 })
    #expect(fixture.tunnel.status.forwards[0].openConnections == 16)
    #expect(
      fixture.tunnel.status.forwards[0].limitedOwners == [.init(owner: .user(4711), openConnections: 16)])
    #expect(fixture.recorder.all.contains { if case .admissionChanged = $0 { true } else { false } })
    let isTold = fixture.recorder.all.contains {
      if case .clientsRefused(_, _, let reason) = $0 { reason.hasPrefix("uid 4711 has 16") } else { false }
    }
    #expect(isTold)
    for _ in 0..<50 {
      #expect(isEchoed(try OtherUser.acting(as: 4712) { try fixture.connect() }))
      #expect(isEchoed(try fixture.connect()))
      #expect(try isEchoed(through: fixture.tunnel.internalSocket))
    }
    // When they end, other connections are accepted again.
    for client in idle { client.resetOnClose() }
    idle = []
    #expect(eventually { fixture.tunnel.status.forwards[0].openConnections == 0 })
    #expect(isEchoed(try OtherUser.acting(as: 4711) { try fixture.connect() }))
  }

  @Test(.enabled(if: OtherUser.isPossible, Comment(rawValue: OtherUser.reason)))
  func manyUsersTogetherDoNotBlockOthers() throws {
    let echo = try TCPServer(.echo)
    let fixture = try fixture(SSHServer(), target: echo.port)
    let idle = try (5000..<5012 as Range<UInt32>).flatMap { uid in
      try OtherUser.acting(as: uid) { try (0..<20).map { _ in try fixture.connect() } }
    }
    try #require(eventually { fixture.tunnel.status.forwards[0].refusedConnections > 150 })
    #expect(fixture.tunnel.status.forwards[0].openConnections <= 32)
    #expect(eventually { fixture.tunnel.status.forwards[0].limitedOwners.count == 12 })
    #expect(isEchoed(try fixture.connect()))
    #expect(try isEchoed(through: fixture.tunnel.internalSocket))
    withExtendedLifetime(idle) {}
  }

  @Test(.enabled(if: OtherUser.isPossible, Comment(rawValue: OtherUser.reason)))
  func waitingConnectionsAreSharedWhileTheTunnelIsDown() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try fixture(server, target: echo.port)
    server.stop()
    try #require(eventually { fixture.tunnel.status.state != .up })
    let idle = try OtherUser.acting(as: 4711) { try (0..<100).map { _ in try fixture.connect() } }
    let other = try OtherUser.acting(as: 4712) { try fixture.connect() }
    try server.start()
    #expect(isEchoed(other))
    #expect(try isEchoed(through: fixture.tunnel.internalSocket))
    withExtendedLifetime(idle) {}
  }

  @Test(arguments: ["::1", "::"])
  func aConnectionOverIPv6CountsForItsUser(_ host: String) throws {
    let echo = try TCPServer(.echo)
    let fixture = try fixture(SSHServer(), listen: .init(host: host, port: 0), target: echo.port)
    let address = try #require(SocketAddress(numericHost: "::1", port: UInt16(fixture.port)))
    let idle = try (0..<40).map { _ in Socket(try StreamSocket.connect(to: address, userTimeout: .seconds(5)))
    }
    try #require(eventually { fixture.tunnel.status.forwards[0].refusedConnections == 24 })
    #expect(fixture.tunnel.status.forwards[0].limitedOwners.map(\.owner) == [.user(geteuid())])
    #expect(try isEchoed(through: fixture.tunnel.internalSocket))
    withExtendedLifetime(idle) {}
  }

  @Test func aConnectionToAUnixSocketCountsForItsUser() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let path = server.folder.file("forward.sock")
    let fixture = try fixture(server, listen: .unix(path: path), target: echo.port)
    let idle = try (0..<40).map { _ in try LoopbackSocket(path: path) }
    try #require(eventually { fixture.tunnel.status.forwards[0].refusedConnections == 24 })
    #expect(fixture.tunnel.status.forwards[0].limitedOwners.map(\.owner) == [.user(geteuid())])
    #expect(try isEchoed(through: fixture.tunnel.internalSocket))
    withExtendedLifetime(idle) {}
  }

  @Test func manyConsecutiveConnectionsAreAllServed() throws {
    let echo = try TCPServer(.echo)
    let fixture = try fixture(SSHServer(), target: echo.port)
    for _ in 0..<500 { #expect(isEchoed(try fixture.connect())) }
    #expect(fixture.tunnel.status.forwards[0].refusedConnections == 0)
  }
}
