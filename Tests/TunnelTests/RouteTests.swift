import GuardTypes
import Platform
import TestSupport
import Testing

@testable import Tunnel

/// Routes with jump hosts, and options that restrict the addresses.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct RouteTests {
  private func fixture(
    _ server: SSHServer, _ sshConfig: String, target: Int, keepalive: Duration = .seconds(5)
  ) throws -> Fixture {
    let path = try server.folder.write(sshConfig, to: "way_config")
    return try Fixture(
      server,
      TunnelConfiguration(
        host: "tethys", sshConfig: path, forwards: [.init(listen: .local(0), target: .local(target))],
        keepaliveInterval: keepalive, keepaliveTimeout: keepalive * 3, keepaliveIsChosen: true))
  }

  private func expectEcho(_ fixture: Fixture) throws {
    let bytes = [UInt8]((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    let client = try fixture.connect()
    try client.send(bytes)
    client.finishSending()
    #expect(try client.receiveAll() == bytes)
  }

  private func failure(_ fixture: Fixture) throws -> TunnelFailure {
    try #require(eventually { fixture.tunnel.status.lastFailure != nil })
    return try #require(fixture.tunnel.status.lastFailure).failure
  }

  // MARK: - Jump hosts

  @Test func connectsThroughTwoJumpHosts() throws {
    let echo = try TCPServer(.echo)
    let (outer, inner, server) = (try SSHServer(), try SSHServer(), try SSHServer())
    let fixture = try fixture(
      server,
      outer.section("outer") + inner.section("inner")
        + server.section("tethys", "ProxyJump outer,inner"), target: echo.port)
    try #require(fixture.waitUntil(.up), "\(fixture.tunnel.status)")
    try expectEcho(fixture)
    let status = fixture.tunnel.status
    #expect(status.via == ["127.0.0.1:\(outer.port)", "127.0.0.1:\(inner.port)"])
    #expect(status.peer == "127.0.0.1:\(server.port)")

    // If a hop is lost, the session is lost too, and both are established again.
    outer.killSessions()
    #expect(eventually { fixture.tunnel.status.reconnects == 1 && fixture.tunnel.status.state == .up })
    try expectEcho(fixture)
  }

  @Test func aJumpHostsOwnHostKeyIsVerified() throws {
    let (outer, server) = (try SSHServer(), try SSHServer())
    try outer.folder.write("", to: "known_hosts")
    let fixture = try fixture(
      server, outer.section("outer") + server.section("tethys", "ProxyJump outer"), target: 1)
    let found = try failure(fixture)
    #expect(found.code == .hostKeyUnknown)
    #expect(found.message.contains("jump host"))
    #expect(fixture.tunnel.status.state == .blocked)
  }

  @Test func theServerBehindAJumpHostIsVerifiedToo() throws {
    let (outer, server) = (try SSHServer(), try SSHServer())
    try server.restartWithNewHostKey()
    let fixture = try fixture(
      server, outer.section("outer") + server.section("tethys", "ProxyJump outer"), target: 1)
    let found = try failure(fixture)
    #expect(found.code == .hostKeyChanged)
    #expect(!found.message.contains("jump host"))
  }

  @Test func aJumpHostThatCannotReachTheNextIsReported() throws {
    let (outer, server) = (try SSHServer(), try SSHServer())
    server.stop()
    let fixture = try fixture(
      server, outer.section("outer") + server.section("tethys", "ProxyJump outer"), target: 1)
    let found = try failure(fixture)
    #expect(found.code == .connectRefused)
    #expect(
      found.message.contains("jump host 127.0.0.1:\(outer.port) could not reach 127.0.0.1:\(server.port)"))
  }

  // MARK: - Addresses

  @Test func bindAddressIsTheSourceAddress() throws {
    let server = try SSHServer()
    let fixture = try fixture(server, server.section("tethys", "BindAddress 127.0.0.5"), target: 1)
    try #require(fixture.waitUntil(.up), "\(fixture.tunnel.status)")
    #expect(eventually { server.log.contains("127.0.0.5") })
  }

  @Test func aSourceAddressOfAnotherMachineIsReported() throws {
    let server = try SSHServer()
    let fixture = try fixture(server, server.section("tethys", "BindAddress 192.0.2.1"), target: 1)
    let found = try failure(fixture)
    #expect(found.code == .config)
    #expect(found.message.contains("BindAddress 192.0.2.1"))
  }

  @Test func aFamilyWithoutAnAddressIsReported() throws {
    let server = try SSHServer()
    let fixture = try fixture(server, server.section("tethys", "AddressFamily inet6"), target: 1)
    let found = try failure(fixture)
    #expect(found.code == .dns)
    #expect(found.message.contains("AddressFamily inet6"))
  }
}
