import GuardTypes
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Tunnel

/// Further sessions, Unix sockets and targets that do not answer, tested with a real sshd.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct SessionTests {
  /// A client that reads until the end of the stream.
  private final class BulkReader: Sendable {
    private let socket: LoopbackSocket
    private let count = Atomic<Int>(0)

    init(_ socket: LoopbackSocket) throws {
      self.socket = socket
      _ = try JoinableThread(name: "bulk reader") { [weak self] in
        while let count = try? socket.receive(atMost: 1 << 20).count, count > 0 {
          guard let self else { return }
          self.count.add(count, ordering: .relaxed)
        }
      }
    }

    var received: Int { count.load(ordering: .relaxed) }
  }

  private func configuration(
    _ server: SSHServer, _ targets: StreamAddress..., listen: StreamAddress = .local(0), sessions: Int = 2,
    keepalive: Duration = .seconds(5), check: Duration = .seconds(60)
  ) -> TunnelConfiguration {
    TunnelConfiguration(
      host: "tethys", sshConfig: server.sshConfig,
      forwards: targets.map { .init(listen: listen, target: $0) },
      keepaliveInterval: keepalive, keepaliveTimeout: keepalive * 3, sessionLimit: sessions,
      targetCheckInterval: check)
  }

  @Test func bulkOpensAFurtherSessionWhoseEndAffectsNoOther() throws {
    let flood = try TCPServer(.flood(.max))
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try Fixture(server, configuration(server, .local(flood.port), .local(echo.port)))
    try #require(fixture.waitUntil(.up))
    #expect(fixture.tunnel.status.sessions.count == 1)
    let bulk = try BulkReader(fixture.connect())
    try #require(eventually { fixture.tunnel.status.sessions.count == 2 })

    // A small request uses the session without bulk.
    let small = try fixture.connect(forward: 1)
    try small.send([1])
    #expect(try small.receive() == [1])
    #expect(fixture.tunnel.status.sessions.map(\.openConnections) == [1, 1])

    server.killNewestSession()
    #expect(throws: (any Error).self) {
      if try small.receive().isEmpty { throw FixtureError.failed("an end, and no reset") }
    }
    let seen = bulk.received
    #expect(eventually { bulk.received > seen + 1 << 20 })
    let next = try fixture.connect(forward: 1)
    try next.send([2])
    #expect(try next.receive() == [2])
    #expect(fixture.tunnel.status.reconnects == 0)
    #expect(fixture.tunnel.status.state == .up)
  }

  @Test(arguments: [2, 3])
  func streamsThatStartAtOnceAreSpreadOverTheSessions(sessions: Int) throws {
    let flood = try TCPServer(.flood(.max))
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    // The streams wait two seconds for a further session. On a busy machine a login may take longer.
    var open: [Int] = []
    for _ in 0..<5 where open.count != sessions || open.contains(where: { $0 > 5 }) {
      let fixture = try Fixture(
        server, configuration(server, .local(flood.port), .local(echo.port), sessions: sessions))
      try #require(fixture.waitUntil(.up))
      let readers = try (0..<4 * sessions).map { _ in try BulkReader(fixture.connect()) }
      try #require(eventually { readers.allSatisfy { $0.received > 1 << 20 } })
      open = fixture.tunnel.status.sessions.map(\.openConnections).filter { $0 > 0 }
      guard open.count == sessions else { continue }

      // One more session is for small requests.
      try #require(eventually { fixture.tunnel.status.sessions.count == sessions + 1 })
      let small = try fixture.connect(forward: 1)
      try small.send([1])
      #expect(try small.receive() == [1])
      #expect(fixture.tunnel.status.sessions.last?.openConnections == 1)
      withExtendedLifetime(readers) {}
    }
    #expect(open.count == sessions)
    // 1.3 times the fair share of four connections.
    #expect(open.allSatisfy { $0 <= 5 }, "\(open)")
  }

  @Test func aBurstOfSmallRequestsOpensNoSession() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try Fixture(server, configuration(server, .local(echo.port), sessions: 4))
    try #require(fixture.waitUntil(.up))
    for _ in 0..<3 {
      let clients = try (0..<50).map { _ in try fixture.connect() }
      for (number, client) in clients.enumerated() { try client.send([UInt8(number)]) }
      for (number, client) in clients.enumerated() { #expect(try client.receive() == [UInt8(number)]) }
    }
    #expect(fixture.tunnel.status.sessions.count == 1)
  }

  @Test func aFurtherSessionContinuesWhileTheFirstIsReplaced() throws {
    let flood = try TCPServer(.flood(.max))
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try Fixture(server, configuration(server, .local(flood.port), .local(echo.port)))
    try #require(fixture.waitUntil(.up))
    let bulk = try BulkReader(fixture.connect())
    try #require(eventually { fixture.tunnel.status.sessions.count == 2 })
    let small = try fixture.connect(forward: 1)
    try small.send([1])
    #expect(try small.receive() == [1])
    server.killOldestSession()
    #expect(eventually { fixture.tunnel.status.reconnects == 1 && fixture.tunnel.status.state == .up })
    try small.send([2])
    #expect(try small.receive() == [2])
    withExtendedLifetime(bulk) {}
  }

  @Test func withALimitOfOneThereIsOneSession() throws {
    let flood = try TCPServer(.flood(.max))
    let server = try SSHServer()
    let fixture = try Fixture(server, configuration(server, .local(flood.port), sessions: 1))
    try #require(fixture.waitUntil(.up))
    let bulk = try BulkReader(fixture.connect())
    #expect(eventually { bulk.received > 64 << 20 })
    #expect(fixture.tunnel.status.sessions.count == 1)
  }

  @Test func aTargetThatNeverAnswersDoesNotDelayOthers() throws {
    let hole = try BlackHole()
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try Fixture(
      server,
      configuration(
        server, .local(hole.port), .local(echo.port), sessions: 1, keepalive: .seconds(1)))
    try #require(fixture.waitUntil(.up))
    let held = try fixture.connect()
    for byte in 1...20 as ClosedRange<UInt8> {
      let client = try fixture.connect(forward: 1)
      try client.send([byte])
      #expect(try client.receive() == [byte])
    }
    // After keepalive.timeout, the session with the stuck open is alive and stays.
    #expect(eventually { fixture.tunnel.status.sessions.count == 2 })
    let turns = fixture.tunnel.turns
    #expect(eventually { fixture.tunnel.turns > turns + 4 })
    #expect(fixture.tunnel.status.reconnects == 0)
    withExtendedLifetime(held) {}
  }

  @Test func anUnreachableTargetIsDetectedBeforeItIsUsed() throws {
    let server = try SSHServer()
    let port = try freePort()
    let fixture = try Fixture(server, configuration(server, .local(port), check: .milliseconds(200)))
    try #require(fixture.waitUntil(.up))
    #expect(
      eventually { fixture.tunnel.status.forwards[0].refusal?.failure.code == .forwardRefused })
    let target = try TCPServer(.echo, port: port)
    #expect(eventually { fixture.tunnel.status.forwards[0].refusal == nil })
    #expect(fixture.tunnel.status.forwards[0].acceptedConnections == 0)
    withExtendedLifetime(target) {}
  }

  /// Traffic of one forward proves nothing about the target of another.
  @Test func aRepairedTargetIsDetectedDespiteTrafficOfAnother() throws {
    let server = try SSHServer()
    let port = try freePort()
    let echo = try TCPServer(.echo)
    let fixture = try Fixture(
      server,
      TunnelConfiguration(
        host: "tethys", sshConfig: server.sshConfig,
        forwards: [
          .init(listen: .local(0), target: .local(echo.port)), .init(listen: .local(0), target: .local(port)),
        ],
        targetCheckInterval: .seconds(2)))
    try #require(fixture.waitUntil(.up))
    #expect(throws: (any Error).self) { try fixture.connect(forward: 1).receive(exactly: 1) }
    #expect(eventually { fixture.tunnel.status.forwards[1].refusal != nil })
    let target = try TCPServer(.echo, port: port)
    let client = try fixture.connect()
    #expect(
      try eventually(every: .milliseconds(100)) {
        try client.send([1])
        _ = try client.receive(exactly: 1)
        return fixture.tunnel.status.forwards[1].refusal == nil
      })
    withExtendedLifetime(target) {}
  }

  @Test func listensOnAUnixSocketAndReachesOne() throws {
    let server = try SSHServer()
    let target = server.folder.file("target.sock")
    let echo = try TCPServer(.echo, path: target)
    let listen = server.folder.file("listen.sock")
    let fixture = try Fixture(
      server, configuration(server, .unix(path: target), listen: .unix(path: listen)))
    try #require(fixture.waitUntil(.up))
    let client = try LoopbackSocket(path: listen)
    try client.send([7, 8, 9])
    client.finishSending()
    #expect(try client.receiveAll() == [7, 8, 9])
    let status = fixture.tunnel.status.forwards[0]
    #expect("\(status.listen) \(status.target)" == "\(listen) \(target)")
    #expect(fixture.tunnel.stop(timeout: .seconds(20)))
    #expect(!SmallFile.exists(listen))
    withExtendedLifetime(echo) {}
  }

  @Test func aMissingUnixSocketIsRefused() throws {
    let server = try SSHServer()
    let fixture = try Fixture(server, configuration(server, .unix(path: server.folder.file("none.sock"))))
    try #require(fixture.waitUntil(.up))
    let client = try fixture.connect()
    #expect(throws: (any Error).self) { try client.receive() }
    #expect(fixture.tunnel.status.forwards[0].refusal?.failure.code == .forwardRefused)
  }

  @Test func manyForwardsAndIPv6() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let six = StreamAddress(host: "::1", port: UInt16(try freePort()))
    let fixture = try Fixture(
      server,
      TunnelConfiguration(
        host: "tethys", sshConfig: server.sshConfig,
        forwards: [
          .init(listen: .local(0), target: .local(echo.port)), .init(listen: six, target: .local(echo.port)),
        ]))
    try #require(fixture.waitUntil(.up))
    try #require(fixture.tunnel.status.forwards[1].state == .listening)
    #expect("\(fixture.tunnel.status.forwards[1].listen)".hasPrefix("[::1]:"))
    let client = try fixture.connect()
    try client.send([5])
    #expect(try client.receive() == [5])
  }
}
