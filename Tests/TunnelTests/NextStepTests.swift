import Foundation
import GuardTypes
import TestSupport
import Testing

@testable import Tunnel

/// The command and the note of each failure, for the person who may run it, against a real sshd.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct NextStepTests {
  /// The failure of the first attempt.
  private func failure(
    _ server: SSHServer, _ lines: String = "", user: String = "ann", agent: String? = nil,
    service: LocalEnvironment.Service? = nil
  ) throws -> TunnelFailure {
    let rest = try server.folder.read("ssh_config")
    let path = try server.folder.write("Host tethys\n\(lines)\n" + rest, to: "step_config")
    let tunnel = try SSHTunnel(
      name: "test",
      configuration: TunnelConfiguration(
        host: "tethys", sshConfig: path, forwards: [.init(listen: .local(0), target: .local(1))]),
      internalTarget: .local(1),
      environment: LocalEnvironment(
        home: "/nonexistent", localUser: user, agentSocket: agent, service: service), observer: { _ in })
    defer { _ = tunnel.stop(timeout: .seconds(5)) }
    #expect(eventually { tunnel.status.lastFailure != nil })
    return try #require(tunnel.status.lastFailure?.failure)
  }

  @Test(arguments: TunnelErrorCode.allCases) func everyErrorHasACommand(_ code: TunnelErrorCode) {
    let command = code.command(ssh: "-p 2222 tethys", host: "it's here")
    #expect(["getent", "ping", "ssh"].contains(command.split(separator: " ").first.map(String.init)))
    #expect(!command.contains("#") && !command.contains("\n") && !command.contains("it's"))
    let failure = TunnelFailure(code, "words", remedy: "look")
    let own = failure.completed(ssh: "'my host'", host: "my host", asOwner: "sudo -u oceanid ")
    #expect(own.command?.hasPrefix("sudo -u oceanid ssh ") == code.commandReadsHome)
    #expect(own.note == "look" && own.remedy == "\(own.command ?? "")  # look")
    #expect(own.command?.contains("'my host'") == true)
    let named = TunnelFailure(code, "words", command: "true", remedy: "look")
    #expect(named.completed(ssh: "tethys", host: "tethys", asOwner: "sudo ") == named)
  }

  /// ssh(1) records no key of a loopback address with this option.
  @Test func theCommandThatAcceptsALoopbackKeyRecordsIt() throws {
    let server = try SSHServer()
    try server.folder.write("", to: "known_hosts")
    let failure = try failure(server, "  NoHostAuthenticationForLocalhost yes")
    #expect(failure.code == .hostKeyUnknown)
    #expect(failure.command?.contains("-o NoHostAuthenticationForLocalhost=no ") == true, "\(failure)")
  }

  /// Not the alias, which may have an address.
  @Test(arguments: [
    ("  HostName no.such.example.invalid", "getent ahosts no.such.example.invalid"),
    ("  HostName no.such.example.invalid\n  AddressFamily inet6", "getent ahostsv6 no.such.example.invalid"),
    ("  HostName 192.0.2.1\n  ProxyJump ann@hop.example.invalid", "getent ahosts hop.example.invalid"),
  ])
  func theNameThatDoesNotResolveIsLookedUp(_ lines: String, _ command: String) throws {
    let failure = try failure(SSHServer(), lines)
    #expect(failure.code == .dns && failure.command == command, "\(failure)")
    #expect(failure.message.contains("jump host") == lines.contains("ProxyJump"), "\(failure)")
  }

  @Test(arguments: ["unknown", "changed", "refused", "exposed"])
  func commandsThatTouchAHomeAreForTheGuardsUser(_ cause: String) throws {
    let server = try SSHServer()
    switch cause {
    case "unknown": try server.folder.write("", to: "known_hosts")
    case "changed": try server.restartWithNewHostKey()
    case "refused": try server.folder.write("", to: "authorized_keys")
    default: chmod(server.userKey, 0o644)
    }
    let own = try failure(server)
    let service = try failure(server, user: "oceanid", service: .system(unit: "oceanid-guard"))
    let command = try #require(own.command)
    #expect(!own.remedy.contains("sudo"))
    #expect(service.command == "sudo -u oceanid \(command)")
    #expect(cause != "changed" || service.note.contains("sudo -u oceanid ssh-keygen -R "))
    if cause == "unknown" {
      #expect(command == "ssh -F \(server.folder.file("step_config")) tethys" || command.contains("=ask"))
    }
    // A user without an entry in the user database.
    let otherUser = try failure(server, user: "4242", service: .system(unit: "x"))
    #expect(otherUser.command == "sudo -u '#4242' \(command)")
  }

  @Test func fileThatOthersCanChangeIsNamed() throws {
    let server = try SSHServer()
    let shared = try server.folder.write("Compression no\n", to: "shared")
    chmod(shared, 0o666)
    let found = try failure(server, "  Include \(shared)")
    #expect(found.code == .config && found.command == "chmod go-w \(shared)", "\(found)")
  }

  /// ssh(1) says of a key of another type that it has changed, and does not ask.
  @Test func keyOfAnotherTypeIsRemovedBeforeTheNewOneIsAccepted() throws {
    let server = try SSHServer()
    let key = server.folder.file("former_key")
    let made = try run("ssh-keygen", ["-q", "-t", "ecdsa", "-N", "", "-f", key])
    try #require(made.exit == .exited(0), "\(made.errors)")
    let name = try #require(try server.folder.read("known_hosts").split(separator: " ").first)
    try server.folder.write("\(name) " + server.folder.read("former_key.pub"), to: "known_hosts")
    let found = try failure(server)
    #expect(found.code == .hostKeyUnknown && found.note.contains("accept it"), "\(found)")
    let command = try #require(found.command)
    try #require(command.hasPrefix("ssh-keygen -R "), "\(found)")
    #expect(try run("sh", ["-c", command]).exit == .exited(0))
    #expect(try failure(server).command?.hasPrefix("ssh ") == true)
  }

  @Test func refusedLoginEndsWithReconnect() throws {
    let server = try SSHServer()
    try server.folder.write("", to: "authorized_keys")
    let refused = try failure(server)
    #expect(refused.code == .authRefused && refused.remedy.hasSuffix("; then: oceanid-ctl reconnect"))
    let other = try SSHServer(options: ["PubkeyAuthentication no", "PasswordAuthentication yes"])
    #expect(try failure(other).remedy.hasSuffix("; then: oceanid-ctl reconnect"))
  }

  @Test(arguments: ["", "-m PEM"])
  func serviceWithoutTheAgentOfTheSessionIsToldSo(_ format: String) throws {
    let server = try SSHServer()
    let key = try server.makeKey("locked", type: format.isEmpty ? "ed25519" : "ecdsa", passphrase: "secret")
    if !format.isEmpty {
      _ = try run("ssh-keygen", ["-q", "-p", "-m", "PEM", "-P", "secret", "-N", "secret", "-f", key])
      // The clear part of this format holds no public key.
      unlink(key + ".pub")
    }
    let rest = try server.folder.read("ssh_config").replacing(
      "IdentityFile \(server.userKey)", with: "IdentityFile \(key)")
    try server.folder.write(rest, to: "ssh_config")
    let user = try failure(server, service: .user(unit: "oceanid-guard"))
    #expect(user.code == .noUsableKey)
    #expect(
      user.command
        == "systemctl --user import-environment SSH_AUTH_SOCK && systemctl --user restart oceanid-guard")
    #expect(user.note.contains("the service sees no agent") && user.note.contains("IdentityAgent"))
    let machine = try failure(server, user: "oceanid", service: .system(unit: "oceanid-guard"))
    #expect(machine.note.contains("the service sees no agent") && machine.note.contains("IdentityAgent"))
    let dead = try failure(server, agent: "/nonexistent/agent", service: .user(unit: "x"))
    #expect(dead.note.contains("no agent answers at /nonexistent/agent"))
    // The service would ignore an imported variable, because its drop-in sets another value.
    #expect(dead.command == "oceanid-ctl setup tethys")
    for failure in [user, machine, dead, try failure(server)] {
      #expect(!failure.remedy.contains("ssh-keygen"), "\(failure.remedy)")
    }
  }

  @Test func keyIsMadeOnlyWhereThereIsNone() throws {
    let server = try SSHServer()
    let folder = try TemporaryFolder()
    let rest = try server.folder.read("ssh_config").replacing(
      "IdentityFile \(server.userKey)", with: "IdentityFile \(folder.file("id_missing"))")
    try server.folder.write(rest, to: "ssh_config")
    #expect(try failure(server).command == "ssh-keygen -t ed25519")
    // The keys may be in an agent that ended.
    let ended = try failure(server, agent: "/nonexistent/agent", service: .user(unit: "oceanid-guard"))
    #expect(ended.command == "oceanid-ctl setup tethys")
    // A device or an agent has the private key.
    try folder.write("ssh-ed25519 AAAA device\n", to: "yubikey.pub")
    for service in [LocalEnvironment.Service.user(unit: "x"), .system(unit: "x"), nil] {
      #expect(try !failure(server, service: service).remedy.contains("ssh-keygen"))
    }
    try folder.write("what it is, is not known", to: "id_ed25519")
    let other = try failure(server)
    #expect(other.note.contains(folder.file("id_ed25519")) && !other.remedy.contains("ssh-keygen"))
  }

  @Test func fileThatEveryAttemptChangesCausesOneMoreAndNotOneAfterTheOther() throws {
    let server = try SSHServer()
    try server.folder.write("", to: "authorized_keys")
    let made = server.folder.file("made")
    try server.folder.write("", to: "made")
    try server.folder.write(
      "Match exec \"sleep 0.1; echo >>\(made)\"\nInclude \(made)\nHost *\n"
        + server.folder.read("ssh_config"),
      to: "ssh_config")
    let fixture = try Fixture(server, target: 1)
    #expect(fixture.waitUntil(.blocked))
    #expect(!eventually(within: .seconds(4)) { fixture.tunnel.status.attempt > 3 })
    #expect(fixture.tunnel.status.state == .blocked)
  }

  /// A file for Include that appears later changes the configuration like a file that is written.
  @Test(arguments: ["conf.d/*", "conf.d/*.conf", "conf.d/late.conf"])
  func fileThatIncludeMatchesLaterIsReadAtOnce(_ pattern: String) throws {
    let server = try SSHServer()
    let rest = try server.folder.read("ssh_config")
    mkdir(server.folder.file("conf.d"), 0o755)
    try server.folder.write("Host other\n  User x\n", to: "conf.d/early.conf")
    try server.folder.write(
      "Include \(server.folder.path)/\(pattern)\n"
        + rest.replacing("IdentityFile \(server.userKey)", with: "IdentityFile /missing"), to: "ssh_config")
    let fixture = try Fixture(server, target: 1)
    #expect(fixture.waitUntil(.blocked))
    try server.folder.write("Host tethys\n  IdentityFile \(server.userKey)\n", to: "conf.d/late.conf")
    #expect(fixture.waitUntil(.up))
  }

  /// The server's answers take 300 ms each, and the key is replaced after it was read.
  @Test(.enabled(if: program("python3") != nil, "needs python3"))
  func keyThatIsReplacedDuringASlowAttemptIsTriedAtOnce() throws {
    let server = try SSHServer(options: ["LogLevel DEBUG1"])
    let key = server.folder.file("slot")
    try FileManager.default.copyItem(atPath: try server.makeKey("other"), toPath: key)
    try server.folder.write(
      """
      import os, socket, sys, threading, time
      server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
      def send():
          while data := os.read(0, 65536): server.sendall(data)
          server.close()
      threading.Thread(target=send, daemon=True).start()
      while data := server.recv(65536):
          time.sleep(0.3)
          os.write(1, data)
      """, to: "slow.py")
    let rest = try server.folder.read("ssh_config").replacing(
      "IdentityFile \(server.userKey)", with: "IdentityFile \(key)")
    try server.folder.write(
      rest + "  ProxyCommand python3 \(server.folder.file("slow.py")) \(server.port)\n", to: "ssh_config")
    let fixture = try Fixture(server, target: 1)
    // The keys are read before the server is asked for its methods.
    try #require(eventually(within: .seconds(30)) { server.log.contains("method none") })
    #expect(rename(server.userKey, key) == 0)
    #expect(fixture.waitUntil(.up, within: .seconds(60)))
    let isRefused = fixture.recorder.all.contains {
      if case .changed(_, .blocked, let failure, _) = $0 { failure?.code == .authRefused } else { false }
    }
    #expect(isRefused)
  }
}
