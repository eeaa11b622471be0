import Glibc
import GuardTypes
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Tunnel

/// The tunnel with a real sshd.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct TunnelTests {
  private static func bytes(_ count: Int, from start: Int = 0) -> [UInt8] {
    (start..<start + count).map(TCPServer.pattern)
  }

  @Test func carriesBytesInBothDirectionsWithHalfClose() throws {
    let echo = try TCPServer(.echo)
    let fixture = try Fixture(SSHServer(), target: echo.port)
    try #require(fixture.waitUntil(.up))
    let client = try fixture.connect()
    let sent = Self.bytes(3_000_000)
    let writer = try JoinableThread(name: "writer") {
      try? client.send(sent)
      client.finishSending()
    }
    #expect(try client.receiveAll() == sent)
    #expect(writer.join(timeout: .seconds(30)))
    #expect(eventually { fixture.tunnel.status.forwards[0].openConnections == 0 })
    let forward = fixture.tunnel.status.forwards[0]
    #expect(forward.bytesToTarget == sent.count)
    #expect(forward.bytesFromTarget == sent.count)
    #expect(forward.acceptedConnections == 1)
  }

  @Test func reportsItsPeer() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try Fixture(server, target: echo.port)
    try #require(fixture.waitUntil(.up))
    let status = fixture.tunnel.status
    #expect(status.peer == "127.0.0.1:\(server.port)")
    #expect(status.user == server.user)
    #expect(status.hostKey?.hasPrefix("SHA256:") == true)
    #expect(status.cipher?.hasPrefix("aes") == true)
    #expect(status.roundTrip != nil)
    #expect(status.attempt == 0)
  }

  @Test func servesTwoHundredConnectionsWithoutDataLoss() throws {
    let echo = try TCPServer(.echo)
    let fixture = try Fixture(SSHServer(), target: echo.port)
    try #require(fixture.waitUntil(.up))
    let failures = Mutex<[String]>([])
    let port = fixture.port
    let threads = try (0..<200).map { number in
      try JoinableThread(name: "client \(number)") {
        do {
          let client = try LoopbackSocket(port: port, timeout: .seconds(60) * slowness)
          let sent = Self.bytes(isInstrumented ? 20_000 : 100_000, from: number * 7919)
          try client.send(sent)
          client.finishSending()
          if try client.receiveAll() != sent { failures.withLock { $0.append("\(number): bytes differ") } }
        } catch {
          failures.withLock { $0.append("\(number): \(error)") }
        }
      }
    }
    for thread in threads { #expect(thread.join(timeout: .seconds(60) * slowness)) }
    #expect(failures.withLock { $0 } == [])
    #expect(fixture.tunnel.status.forwards[0].refusedConnections == 0)
  }

  @Test func comesUpAgainAfterSSHDWasKilledAndServesWaitingClients() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try Fixture(server, target: echo.port)
    try #require(fixture.waitUntil(.up))
    for round in 1...3 {
      server.stop()
      try #require(eventually { fixture.tunnel.status.state == .backoff })
      let client = try fixture.connect()
      try client.send([1, 2, 3])
      try server.start()
      #expect(try client.receive(exactly: 3) == [1, 2, 3])
      #expect(fixture.tunnel.status.reconnects == round)
    }
  }

  @Test func aClientWhoseOpenWasLostWithTheSessionIsServedByTheNext() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try Fixture(server, target: echo.port)
    try #require(fixture.waitUntil(.up))
    server.pauseSessions()
    let client = try fixture.connect()
    try client.send([4, 5])
    try #require(eventually { fixture.tunnel.status.forwards[0].openConnections == 1 })
    server.killSessions()
    #expect(try client.receive(exactly: 2) == [4, 5])
    #expect(fixture.tunnel.status.reconnects == 1)
  }

  @Test func aRequestedReconnectIsNotAFailure() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try Fixture(server, target: echo.port)
    try #require(fixture.waitUntil(.up))
    server.killSessions()
    try #require(eventually { fixture.tunnel.status.reconnects == 1 })
    #expect(fixture.tunnel.status.lastFailure?.failure.code == .peerClosed)
    fixture.tunnel.reconnect()
    try #require(eventually { fixture.tunnel.status.reconnects == 2 })
    #expect(fixture.tunnel.status.lastFailure == nil)
  }

  @Test func aConnectionThatWaitsTooLongIsReset() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try Fixture(server, target: echo.port, hold: .milliseconds(300))
    try #require(fixture.waitUntil(.up))
    server.stop()
    try #require(eventually { fixture.tunnel.status.state == .backoff })
    let client = try fixture.connect()
    #expect(throws: (any Error).self) { try client.receive() }
    #expect(fixture.tunnel.status.forwards[0].refusedConnections == 1)
    #expect(fixture.tunnel.status.forwards[0].recent.map(\.end) == [.heldTooLong])
    #expect(
      eventually {
        fixture.recorder.all.contains { if case .clientsRefused(_, 1, _) = $0 { true } else { false } }
      })
  }

  @Test func waitingClientsAreResetWhenTheTunnelStops() throws {
    let server = try SSHServer()
    server.stop()
    let fixture = try Fixture(server, target: 1)
    try #require(eventually { fixture.tunnel.status.forwards[0].state == .listening })
    let client = try fixture.connect()
    try #require(eventually { fixture.tunnel.status.forwards[0].openConnections == 1 })
    #expect(fixture.tunnel.stop(timeout: .seconds(20)))
    #expect(throws: FixtureError.self) { try client.receive() }
    #expect(fixture.tunnel.status.forwards[0].openConnections == 0)
  }

  @Test func aRefusedTargetIsReportedAndTheTunnelStaysUp() throws {
    let fixture = try Fixture(SSHServer(), target: freePort())
    try #require(fixture.waitUntil(.up))
    let client = try fixture.connect()
    #expect(throws: (any Error).self) { try client.receive() }
    #expect(fixture.tunnel.status.state == .up)
    let forward = fixture.tunnel.status.forwards[0]
    #expect(forward.refusal?.failure.code == .forwardRefused)
    guard case .refused(let reason)? = forward.recent.first?.end else {
      Issue.record("\(forward.recent)")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test func reportsTheTrafficAndTheEndsOfConnections() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try Fixture(server, target: echo.port)
    try #require(fixture.waitUntil(.up))
    #expect(fixture.tunnel.status.sessions.count == 1)
    do {
      let client = try fixture.connect()
      try client.send([1, 2, 3])
      #expect(try client.receive(exactly: 3) == [1, 2, 3])
      #expect(fixture.tunnel.status.sessions.first?.openConnections == 1)
    }
    try #require(eventually { fixture.tunnel.status.forwards[0].openConnections == 0 })
    let ended = try #require(fixture.tunnel.status.forwards[0].recent.first)
    #expect(ended.end == .closedByClient)
    #expect((ended.bytesToTarget, ended.bytesFromTarget) == (3, 3))
    #expect(ended.origin.hasPrefix("127.0.0.1:"))
    let cut = try fixture.connect()
    try cut.send([4])
    #expect(try cut.receive(exactly: 1) == [4])
    server.killSessions()
    try #require(eventually { fixture.tunnel.status.reconnects == 1 })
    let status = fixture.tunnel.status
    #expect(status.forwards[0].recent.map(\.end) == [.cutWithTunnel, .closedByClient])
    #expect(status.history.spans.map(\.state) == [.down, .up, .down, .up])
    #expect(status.history.spans[2].code == .peerClosed)
  }

  @Test func aHungServerIsDetectedWithinTheTimeout() throws {
    let echo = try TCPServer(.echo)
    let server = try SSHServer()
    let fixture = try Fixture(server, target: echo.port, keepalive: .seconds(1), timeout: .seconds(3))
    try #require(fixture.waitUntil(.up))
    server.pauseSessions()
    defer { server.resumeSessions() }
    #expect(
      eventually {
        fixture.tunnel.status.lastFailure?.failure.code == .keepaliveTimeout
      })
  }

  @Test func anIdleTunnelStaysUp() throws {
    let echo = try TCPServer(.echo)
    let fixture = try Fixture(
      SSHServer(), target: echo.port, keepalive: .milliseconds(100), timeout: .seconds(20))
    try #require(fixture.waitUntil(.up))
    let turns = fixture.tunnel.turns
    #expect(eventually { fixture.tunnel.turns > turns + 40 })
    #expect(fixture.tunnel.status.state == .up)
    #expect(fixture.tunnel.status.reconnects == 0)
  }

  @Test func aReaderThatStopsDoesNotDelayOthers() throws {
    let source = try TCPServer(.source(64 << 20))
    let fixture = try Fixture(SSHServer(), target: source.port)
    try #require(fixture.waitUntil(.up))
    let stopped = try fixture.connect()
    #expect(try stopped.receive(exactly: 1000) == Self.bytes(1000))
    let other = try fixture.connect()
    #expect(try other.receive(exactly: 4 << 20) == Self.bytes(4 << 20))
    #expect(try stopped.receive(exactly: 4 << 20) == Self.bytes(4 << 20, from: 1000))
  }

  // MARK: - Failures

  private func firstFailure(_ fixture: Fixture) -> TunnelFailure? {
    _ = eventually { fixture.tunnel.status.lastFailure != nil }
    return fixture.tunnel.status.lastFailure?.failure
  }

  @Test func aChangedHostKeyBlocksUntilKnownHostsChanges() throws {
    let server = try SSHServer()
    try server.restartWithNewHostKey()
    let fixture = try Fixture(server, target: 1)
    let failure = try #require(firstFailure(fixture))
    #expect(failure.code == .hostKeyChanged)
    #expect(failure.message.contains("SHA256:") && failure.message.contains("\(server.knownHosts):1"))
    #expect(failure.remedy.contains("ssh-keygen -R '[127.0.0.1]:\(server.port)'"))
    #expect(fixture.tunnel.status.state == .blocked)
    try server.writeKnownHosts()
    #expect(fixture.waitUntil(.up))
  }

  @Test func anUnknownHostKeyBlocks() throws {
    let server = try SSHServer()
    try server.folder.write("", to: "known_hosts")
    let fixture = try Fixture(server, target: 1)
    let failure = try #require(firstFailure(fixture))
    #expect(failure.code == .hostKeyUnknown)
    #expect(failure.message.contains("SHA256:"))
    #expect(fixture.tunnel.status.state == .blocked)
  }

  @Test func aRefusedKeyBlocks() throws {
    let server = try SSHServer()
    let other = try server.makeKey("other_key")
    let fixture = try Fixture(server, target: 1, identityFiles: [other])
    let failure = try #require(firstFailure(fixture))
    #expect(failure.code == .authRefused)
    #expect(failure.message.contains(other))
    #expect(
      failure.command == "ssh -v -F \(server.sshConfig) -i \(other) -o IdentitiesOnly=yes tethys true")
    #expect(fixture.tunnel.status.state == .blocked)
  }

  @Test func aMissingKeyFileIsReported() throws {
    let server = try SSHServer()
    let fixture = try Fixture(server, target: 1, identityFiles: ["/nonexistent/key"])
    let failure = try #require(firstFailure(fixture))
    #expect(failure.code == .noUsableKey)
    #expect(failure.message.contains("/nonexistent/key does not exist"))
  }

  @Test(arguments: [("ed25519", "secret", "is encrypted"), ("rsa", "", "RSA")])
  func theReasonForAnUnusableKeyIsReported(_ type: String, _ passphrase: String, _ words: String) throws {
    let server = try SSHServer()
    let key = try server.makeKey("odd_key", type: type, passphrase: passphrase)
    let fixture = try Fixture(server, target: 1, identityFiles: [key])
    let failure = try #require(firstFailure(fixture))
    #expect(failure.code == .noUsableKey)
    #expect(failure.message.contains(words))
  }

  @Test func aClosedPortIsRefused() throws {
    let server = try SSHServer()
    server.stop()
    let fixture = try Fixture(server, target: 1)
    #expect(firstFailure(fixture)?.code == .connectRefused)
  }

  @Test func aNameWithoutAnAddressIsADNSFailure() throws {
    let server = try SSHServer()
    try server.folder.write("Host tethys\n  HostName no-such-host.invalid\n", to: "ssh_config")
    let fixture = try Fixture(server, target: 1)
    #expect(firstFailure(fixture)?.code == .dns)
  }

  @Test func anInvalidSSHConfigIsReported() throws {
    let server = try SSHServer()
    try server.folder.write("Host tethys\n  Color blue\n", to: "ssh_config")
    let fixture = try Fixture(server, target: 1)
    let failure = try #require(firstFailure(fixture))
    #expect(failure.code == .config)
    #expect(failure.message.lowercased().contains("color"))
  }

  @Test func theHolderOfABusyPortIsReportedAndThePortIsBoundOnceFree() throws {
    let server = try SSHServer()
    var holder: TCPServer? = try TCPServer(.silent)
    let port = try #require(holder?.port)
    let configuration = TunnelConfiguration(
      host: "tethys", sshConfig: server.sshConfig, forwards: [.init(listen: .local(port), target: .local(1))])
    let tunnel = try SSHTunnel(
      name: "test", configuration: configuration, internalTarget: .local(1),
      environment: LocalEnvironment(home: "/nonexistent", localUser: "nobody", agentSocket: nil),
      observer: { _ in })
    #expect(eventually { tunnel.status.forwards[0].holder?.contains("(pid ") == true })
    #expect(tunnel.status.forwards[0].state == .portBusy)
    holder?.stop()
    holder = nil
    #expect(eventually { tunnel.status.forwards[0].state == .listening })
    #expect(tunnel.stop(timeout: .seconds(20)))
  }

  @Test func stopEndsAllThreadsAndListeners() throws {
    let echo = try TCPServer(.echo)
    let fixture = try Fixture(SSHServer(), target: echo.port)
    try #require(fixture.waitUntil(.up))
    let port = fixture.port
    let client = try fixture.connect()
    try client.send([1])
    #expect(try client.receive() == [1])
    #expect(fixture.tunnel.stop(timeout: .seconds(20)))
    #expect(fixture.tunnel.status.state == .stopped)
    // A child process that another test is starting may have a copy of the listener until it calls exec.
    #expect(eventually { (try? LoopbackSocket(port: port)) == nil })
  }
}
