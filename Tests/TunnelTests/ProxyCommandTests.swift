import Glibc
import GuardTypes
import Platform
import TestSupport
import Testing

@testable import Tunnel

/// Routes to a server other than one TCP connection to one IPv4 address, tested with a real sshd.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct ProxyCommandTests {
  /// Inserts these lines at the beginning of the client configuration of `server`: ssh(1) uses the first value of each
  /// option.
  private func put(_ lines: String, in server: SSHServer) throws {
    let rest = try server.folder.read("ssh_config")
    try server.folder.write("Host tethys\n\(lines)\n" + rest, to: "ssh_config")
  }

  /// Makes `tethys` reachable through a second sshd with `ssh -W`. The command writes its process id to the file `pid`.
  private func putGate(_ gate: SSHServer, before server: SSHServer) throws {
    let command = "ssh -F \(gate.sshConfig) -W [%h]:%p tethys"
    try put("  ProxyCommand sh -c 'echo $$ >\(server.folder.file("pid")); exec \(command)'", in: server)
  }

  private func pid(_ server: SSHServer) throws -> Int32 {
    try #require(Int32(try server.folder.read("pid").split(separator: "\n").first ?? ""))
  }

  private func firstFailure(_ fixture: Fixture) throws -> TunnelFailure {
    _ = eventually { fixture.tunnel.status.lastFailure != nil }
    return try #require(fixture.tunnel.status.lastFailure?.failure)
  }

  @Test func theSessionRunsOverTheCommand() throws {
    let (gate, server, echo) = (try SSHServer(), try SSHServer(), try TCPServer(.echo))
    try putGate(gate, before: server)
    let fixture = try Fixture(server, target: echo.port)
    try #require(fixture.waitUntil(.up))
    #expect(gate.sessionCount > 0)
    #expect(fixture.tunnel.status.peer == "127.0.0.1:\(server.port)")
    let client = try fixture.connect()
    let sent = (0..<1_000_000).map(TCPServer.pattern)
    let writer = try JoinableThread(name: "writer") {
      try? client.send(sent)
      client.finishSending()
    }
    #expect(try client.receiveAll() == sent)
    #expect(writer.join(timeout: .seconds(30)))
    // The kernel measures no round trip here, so the server's response time is used.
    #expect(eventually { fixture.tunnel.status.roundTrip != nil })
    let pid = try pid(server)
    #expect(kill(pid, 0) == 0)
    #expect(fixture.tunnel.stop(timeout: .seconds(20)))
    #expect(eventually { kill(pid, 0) != 0 })
  }

  @Test func credentialsInTheErrorsOfTheCommandAreHidden() throws {
    let server = try SSHServer()
    try put(
      "  ProxyCommand sh -c 'echo https://ann:hunter2@edge.example/ token=hunter2 is refused >&2; exit 1'",
      in: server)
    let failure = try firstFailure(try Fixture(server, target: 1))
    #expect(failure.message.contains("is refused") && !failure.message.contains("hunter2"), "\(failure)")
  }

  @Test func aCommandThatEndsIsRestartedAndItsExitIsReported() throws {
    let (gate, server, echo) = (try SSHServer(), try SSHServer(), try TCPServer(.echo))
    try putGate(gate, before: server)
    let fixture = try Fixture(server, target: echo.port)
    try #require(fixture.waitUntil(.up))
    #expect(kill(try pid(server), SIGKILL) == 0)
    try #require(eventually { fixture.tunnel.status.reconnects == 1 })
    let failure = try #require(fixture.tunnel.status.lastFailure?.failure)
    #expect(failure.code == .peerClosed)
    #expect(failure.message.contains("; ProxyCommand sh was terminated by signal 9"))
    let client = try fixture.connect()
    try client.send([7])
    #expect(try client.receive() == [7])
  }

  @Test func aStoppedCommandIsDetectedWithinTheTimeout() throws {
    let (gate, server, echo) = (try SSHServer(), try SSHServer(), try TCPServer(.echo))
    try putGate(gate, before: server)
    let fixture = try Fixture(server, target: echo.port, keepalive: .seconds(1), timeout: .seconds(3))
    try #require(fixture.waitUntil(.up))
    let pid = try pid(server)
    let start = ContinuousClock.now
    #expect(kill(pid, SIGSTOP) == 0)
    #expect(
      eventually {
        fixture.tunnel.status.lastFailure?.failure.code == .keepaliveTimeout
      })
    #expect(ContinuousClock.now - start > .seconds(2))
    #expect(fixture.tunnel.status.lastFailure?.failure.message.contains("over ProxyCommand sh") == true)
    #expect(fixture.waitUntil(.up))
    // The command is killed even if it is stopped.
    #expect(eventually { kill(pid, 0) != 0 })
  }

  @Test(arguments: [
    ("no-such-command %h", "ProxyCommand no-such-command to ", "exited with status 127: ", "not found"),
    (
      "sh -c 'echo first >&2; echo no route to %h >&2; exit 9'", "ProxyCommand sh to ",
      "exited with status 9: ", "no route to 127.0.0.1"
    ),
    ("false", "ProxyCommand false to ", "exited with status 1", ""),
    ("sh -c 'kill -9 $$'", "ProxyCommand sh to ", "was terminated by signal 9", ""),
  ])
  func aCommandThatEndsIsQuoted(_ command: String, _ name: String, _ exit: String, _ words: String) throws {
    let server = try SSHServer()
    try put("  ProxyCommand \(command)", in: server)
    let failure = try firstFailure(try Fixture(server, target: 1))
    #expect(failure.code == .connectRefused)
    #expect(failure.message.hasPrefix("\(name)127.0.0.1:\(server.port) \(exit)"))
    #expect(failure.message.hasSuffix(words))
    #expect(failure.remedy.hasPrefix("ssh -v -F \(server.sshConfig) tethys true"))
  }

  /// Arguments may contain secrets, and the output of a command may contain control characters.
  @Test func neitherArgumentsNorControlCharactersAreShown() throws {
    let server = try SSHServer()
    try put(#"  ProxyCommand sh -c 'printf "\\033[31mno\\007 \\n" >&2; exit 1' hunter2"#, in: server)
    let failure = try firstFailure(try Fixture(server, target: 1))
    #expect(failure.message.contains("status 1: [31mno"))
    #expect(!failure.description.unicodeScalars.contains { $0.value < 32 })
    #expect(!failure.description.contains("hunter2"))
  }

  /// A shell quotes the whole command if it cannot find it.
  @Test(arguments: [
    #""corp-proxy s3cr3t %h %p""#, "'corp-proxy s3cr3t %h %p'", "corp-proxy s3cr3t %h %p",
    #"sh -c "corp-proxy s3cr3t""#,
  ]) func argumentsOfACommandThatIsNotFoundAreNotShown(_ command: String) throws {
    let server = try SSHServer()
    try put("  ProxyCommand \(command)", in: server)
    let failure = try firstFailure(try Fixture(server, target: 1))
    #expect(failure.message.contains("not found"))
    #expect(!failure.description.contains("s3cr3t"), "\(failure)")
  }

  @Test func aSilentCommandEndsWithConnectTimeout() throws {
    let server = try SSHServer()
    try put("  ConnectTimeout 1\n  ProxyCommand sh -c 'echo still looking >&2; exec sleep 100'", in: server)
    let failure = try firstFailure(try Fixture(server, target: 1))
    #expect(failure.code == .connectTimeout)
    #expect(failure.message.contains("within 1.0 seconds, over ProxyCommand sh: still looking"))
  }

  /// Nothing can be sent then, so waiting for an answer is useless.
  @Test func aCommandThatClosesItsInputAndLivesOnIsGivenUp() throws {
    let server = try SSHServer()
    try put(
      "  ConnectTimeout 100\n  ProxyCommand sh -c 'echo no more >&2; exec <&-; exec sleep 100'", in: server)
    let failure = try firstFailure(try Fixture(server, target: 1))
    #expect(failure.code == .peerClosed)
    #expect(failure.message.contains("over ProxyCommand sh: no more"), "\(failure)")
  }

  @Test(arguments: ["echo this is no SSH server", "head -c 100000 /dev/zero", "printf 'SSH-2.0-x\\r\\n'"])
  func aCommandWithoutAnSSHServerCausesTheUsualFailure(_ command: String) throws {
    let server = try SSHServer()
    try put("  ProxyCommand \(command)", in: server)
    let failure = try firstFailure(try Fixture(server, target: 1))
    #expect([.peerClosed, .protocolError].contains(failure.code))
  }

  // MARK: - Addresses

  private static let hasIPv6 = (try? LoopbackProbe()) != nil

  @Test(.enabled(if: hasIPv6, "no ::1 here")) func reachesAnIPv6Server() throws {
    let server = try SSHServer(options: ["ListenAddress ::1"])
    let echo = try TCPServer(.echo)
    try put("  HostName ::1\n  HostKeyAlias [127.0.0.1]:\(server.port)", in: server)
    let fixture = try Fixture(server, target: echo.port)
    try #require(fixture.waitUntil(.up))
    #expect(fixture.tunnel.status.peer == "[::1]:\(server.port)")
    let client = try fixture.connect()
    try client.send([6])
    #expect(try client.receive() == [6])
  }

  /// The host name has two addresses, and sshd listens on one of them.
  @Test(arguments: ["any", "inet"])
  func anAddressWithoutAServerDoesNotPreventTheConnection(_ family: String) throws {
    let server = try SSHServer()
    try put(
      "  HostName localhost\n  HostKeyAlias [127.0.0.1]:\(server.port)\n  AddressFamily \(family)", in: server
    )
    let fixture = try Fixture(server, target: 1)
    #expect(fixture.waitUntil(.up))
    #expect(fixture.tunnel.status.peer == "127.0.0.1:\(server.port)")
  }

  @Test func theAddressFamilyIsUsedAndReported() throws {
    let server = try SSHServer()
    try put("  AddressFamily inet6", in: server)
    let failure = try firstFailure(try Fixture(server, target: 1))
    #expect(failure.code == .dns)
    #expect(failure.message.contains("127.0.0.1 (AddressFamily inet6)"))
  }

  @Test func bindAddressIsUsed() throws {
    let server = try SSHServer()
    try put("  BindAddress 127.0.0.9", in: server)
    let fixture = try Fixture(server, target: 1)
    #expect(fixture.waitUntil(.up))
    #expect(eventually { server.log.contains("from 127.0.0.9 port ") })
  }

  @Test func aBindAddressOfAnotherMachineIsReported() throws {
    let server = try SSHServer()
    try put("  BindAddress 192.0.2.9", in: server)
    let failure = try firstFailure(try Fixture(server, target: 1))
    #expect(failure.code == .config)
    #expect(failure.message.contains("BindAddress 192.0.2.9"))
    #expect(failure.files == [server.sshConfig])
  }
}

/// Whether this machine has ::1.
private struct LoopbackProbe {
  init() throws {
    guard let address = SocketAddress(numericHost: "::1", port: 0) else {
      throw FixtureError.failed("no ::1")
    }
    _ = try StreamSocket.listen(on: address)
  }
}
