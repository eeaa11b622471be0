import Foundation
import GuardTypes
import SSH
import TestSupport
import Testing

@testable import Tunnel

/// The messages and remedies of failed logins, tested with a real sshd.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct LoginTests {
  /// The failure of one attempt with these lines at the beginning of ssh_config; nil if the tunnel comes up.
  private func outcome(
    _ server: SSHServer, _ lines: String = "", agent: String? = nil, port: Int? = nil
  ) throws -> TunnelFailure? {
    let rest = try server.folder.read("ssh_config")
    let path = try server.folder.write("Host tethys\n\(lines)\n" + rest, to: "login_config")
    let configuration = TunnelConfiguration(
      host: "tethys", port: port.map { UInt16($0) }, sshConfig: path,
      forwards: [.init(listen: .local(0), target: .local(1))])
    let tunnel = try SSHTunnel(
      name: "test", configuration: configuration, internalTarget: .local(1),
      environment: LocalEnvironment(home: "/nonexistent", localUser: "nobody", agentSocket: agent),
      observer: { _ in })
    defer { _ = tunnel.stop(timeout: .seconds(5)) }
    #expect(eventually { tunnel.status.state == .up || tunnel.status.lastFailure != nil })
    return tunnel.status.state == .up ? nil : tunnel.status.lastFailure?.failure
  }

  private func keys(_ server: SSHServer, _ count: Int) throws -> [String] {
    try (0..<count).map { try server.makeKey("wrong\($0)") }
  }

  @Test func keysBeyondTheServersLimitAreListed() throws {
    let server = try SSHServer(options: ["MaxAuthTries 3"])
    let wrong = try keys(server, 4)
    let lines = wrong.map { "  IdentityFile \($0)" }.joined(separator: "\n")
    let failure = try #require(try outcome(server, lines))
    #expect(failure.code == .authRefused)
    #expect(failure.message.contains("Too many authentication failures"))
    #expect(failure.message.contains("not offered: \(wrong[3]), \(server.userKey)"))
    #expect(failure.remedy.contains("first IdentityFile"))
  }

  @Test func identitiesOnlyIsTheRemedyForTooManyKeysInTheAgent() throws {
    let server = try SSHServer()
    let agent = try SSHAgent(try keys(server, 8))
    let failure = try #require(try outcome(server, "  IdentitiesOnly no", agent: agent.socket))
    #expect(failure.code == .authRefused)
    #expect(failure.message.contains("not offered:"))
    #expect(failure.message.contains(server.userKey))
    #expect(failure.remedy.contains("IdentitiesOnly yes"))
    #expect(try outcome(server, "  IdentitiesOnly yes", agent: agent.socket) == nil)
  }

  /// An agent may have thousands of keys with long comments.
  @Test func longListsOfKeysAreShortened() throws {
    let server = try SSHServer()
    let lines = try keys(server, 30).map { "  IdentityFile \($0)" }.joined(separator: "\n")
    let failure = try #require(try outcome(server, lines))
    #expect(failure.code == .authRefused)
    #expect(failure.message.contains(" more"), "\(failure.message)")
    #expect(failure.message.utf8.count < 4096)
  }

  @Test func aKeyAcceptedAsOneFactorIsDistinguishedFromARefusedOne() throws {
    let server = try SSHServer(options: [
      "PasswordAuthentication yes", "AuthenticationMethods publickey,password",
    ])
    let wrong = try keys(server, 1)
    let failure = try #require(try outcome(server, "  IdentityFile \(wrong[0])"))
    #expect(failure.code == .authRefused)
    #expect(failure.message.contains("accepted the key \(server.userKey) for user \(server.user)"))
    #expect(failure.message.contains("wants password besides"))
    #expect(failure.message.contains("refused: \(wrong[0])"))
    #expect(
      failure.remedy.contains(
        "Match User \(server.user) / PubkeyAuthentication yes / AuthenticationMethods publickey"))
  }

  @Test func aServerThatOffersNoFurtherMethodIsReported() throws {
    let server = try SSHServer(options: ["AuthenticationMethods publickey,none"])
    let failure = try #require(try outcome(server))
    #expect(failure.message.contains("wants something that it does not name besides"))
  }

  /// sshd sends `no authentication methods enabled` before any key is offered, so the order of keys does not matter.
  @Test func theRemedyForALoginWithoutAnOfferedKeyIsNotAboutKeyOrder() throws {
    let server = try SSHServer(options: [
      "Match User *", "  AuthenticationMethods publickey,password", "Match all",
    ])
    let failure = try #require(try outcome(server))
    #expect(failure.code == .authRefused)
    #expect(failure.message.contains("before a key was offered"))
    #expect(
      failure.remedy.contains("AuthenticationMethods") && !failure.remedy.contains("first IdentityFile"))
  }

  /// ssh(1) logs in with the certificate. The server does not know the key alone.
  @Test func anUnusableCertificateIsReported() throws {
    let server = try SSHServer()
    let authority = try server.makeKey("authority")
    let signed = try run(
      "ssh-keygen", ["-q", "-s", authority, "-I", "id", "-n", server.user, server.userKey + ".pub"])
    try #require(signed.exit == .exited(0), "\(signed.errors)")
    try server.folder.write("cert-authority " + server.folder.read("authority.pub"), to: "authorized_keys")
    chmod(server.folder.file("authorized_keys"), 0o644)
    for lines in ["", "CertificateFile \(server.userKey)-cert.pub"] {
      let failure = try #require(try outcome(server, lines))
      #expect(failure.code == .authRefused)
      #expect(failure.message.contains("refused every key"))
      #expect(failure.message.contains("\(server.userKey)-cert.pub is a certificate"))
      #expect(failure.remedy.contains("add the key itself to authorized_keys"))
    }
  }

  /// ssh(1) would trust the host's certificate, so it would neither ask nor write the key.
  @Test func withATrustedAuthorityTheRemedyAsksForThePlainHostKey() throws {
    let server = try SSHServer()
    try server.folder.write("@cert-authority * " + server.folder.read("user_key.pub"), to: "known_hosts")
    let failure = try #require(try outcome(server))
    #expect(failure.code == .hostKeyUnknown)
    #expect(failure.remedy.contains("-o HostKeyAlgorithms=ssh-ed25519 "))
  }

  @Test func aServerWithoutPublicKeyAuthenticationIsReported() throws {
    let server = try SSHServer(options: ["PubkeyAuthentication no", "PasswordAuthentication yes"])
    let failure = try #require(try outcome(server))
    #expect(failure.code == .authRefused)
    #expect(failure.message.contains("log in with password only"))
    #expect(failure.remedy.contains("PubkeyAuthentication yes"))
  }

  @Test func aSecondKeyIsOfferedIfTheServerRequiresTwo() throws {
    let server = try SSHServer(options: ["AuthenticationMethods publickey,publickey"])
    let failure = try #require(try outcome(server))
    #expect(failure.message.contains("wants another key besides"))
    let second = try server.makeKey("second")
    try server.folder.write(
      server.folder.read("authorized_keys") + server.folder.read("second.pub"), to: "authorized_keys")
    chmod(server.folder.file("authorized_keys"), 0o644)
    #expect(try outcome(server, "  IdentityFile \(second)") == nil)
  }

  /// libssh2 accepts no packet above 40,000 bytes. ssh(1) displays such a text.
  @Test func aBannerAboveTheLimitOfLibssh2IsNamed() throws {
    let folder = try TemporaryFolder()
    let banner = folder.file("banner")
    func outcome(_ size: Int) throws -> TunnelFailure? {
      try folder.write(String(repeating: "Welcome.\n", count: size / 9), to: "banner")
      chmod(banner, 0o644)
      return try self.outcome(SSHServer(options: ["Banner \(banner)"]))
    }
    chmod(folder.path, 0o755)
    #expect(try outcome(30_000) == nil)
    let failure = try #require(try outcome(60_000))
    #expect(failure.code == .protocolError)
    #expect(failure.message.contains("above the limit of libssh2"), "\(failure)")
    #expect(failure.message.contains("Banner"), "\(failure)")
    #expect(failure.note.contains("shorten the file that Banner names"), "\(failure)")
  }

  /// As in ssh(1), the types in known_hosts change the default order only.
  @Test(arguments: ["ecdsa-sha2-nistp256,ssh-ed25519", "^ecdsa-sha2-nistp256"])
  func theChosenOrderOfHostKeyAlgorithmsStays(_ list: String) throws {
    let folder = try TemporaryFolder()
    let second = folder.file("ecdsa")
    let made = try run("ssh-keygen", ["-q", "-t", "ecdsa", "-N", "", "-f", second])
    #expect(made.exit == .exited(0))
    chmod(folder.path, 0o755)
    if geteuid() == 0, let user = getpwnam("games") {
      chown(second, user.pointee.pw_uid, user.pointee.pw_gid)
    }
    let server = try SSHServer(options: ["HostKey \(second)"])
    // The ed25519 key is outdated.
    let stale = try server.folder.read("user_key.pub")
    let hosts = "[127.0.0.1]:\(server.port)"
    try server.folder.write(
      "\(hosts) \(try folder.read("ecdsa.pub"))\(hosts) \(stale)", to: "known_hosts")
    #expect(try outcome(server, "  HostKeyAlgorithms \(list)") == nil)
    #expect(try outcome(server)?.code == .hostKeyChanged)
    #expect(try outcome(server, "  HostKeyAlgorithms -ssh-rsa")?.code == .hostKeyChanged)
  }

  @Test func anAgentThatDoesNotSignIsReported() throws {
    let server = try SSHServer()
    let agent = try SSHAgent([server.userKey])
    let half = try server.folder.write(try server.folder.read("user_key.pub"), to: "half.pub")
    let lines = "  IdentityFile \(half)\nHost tethys\n"
    func without(_ agent: String?) throws -> TunnelFailure? {
      let rest = try server.folder.read("ssh_config").replacing(
        "  IdentityFile \(server.userKey)\n", with: "")
      try server.folder.write(rest, to: "ssh_config")
      return try outcome(server, lines, agent: agent)
    }
    #expect(try without(agent.socket) == nil)
    try agent.lock()
    let locked = try #require(try without(agent.socket))
    #expect(locked.code == .noUsableKey)
    #expect(locked.message.contains("the agent \(agent.socket) has no key"))
    #expect(locked.remedy.contains("ssh-add \(server.userKey)"))
    let none = try #require(try without(nil))
    #expect(none.message.contains("no agent"))
    #expect(none.remedy.contains("IdentityAgent"))
    #expect(!none.remedy.contains("ssh-keygen"))
  }

  /// Some servers end a login without a disconnect message.
  @Test(.enabled(if: HostileServer.isAvailable, Comment(rawValue: HostileServer.reason)))
  func aServerThatDisconnectsDuringTheLoginIsNotRetriedSoon() throws {
    let server = try SSHServer()
    let hostile = try HostileServer(keys: server)
    let wrong = try keys(server, 2)
    let lines = wrong.map { "  IdentityFile \($0)\n" }.joined()
    try server.folder.write("Host tethys\n\(lines)" + server.folder.read("ssh_config"), to: "ssh_config")
    let fixture = try Fixture(server, hostile.configuration("auth-hangup"))
    #expect(eventually { fixture.tunnel.status.state == .blocked })
    let failure = try #require(fixture.tunnel.status.lastFailure?.failure)
    #expect(failure.code == .authRefused)
    #expect(failure.message.contains("not offered: \(server.userKey)"), "\(failure)")
  }

  /// sshd sends what PAM says about the account after it accepted the key, and closes the connection.
  @Test(
    .enabled(if: HostileServer.isAvailable, Comment(rawValue: HostileServer.reason)),
    arguments: [false, true])
  func whatTheServerSaysAboutTheAccountIsQuoted(_ usesAgent: Bool) throws {
    let server = try SSHServer()
    let hostile = try HostileServer(keys: server)
    let agent = usesAgent ? try SSHAgent([server.userKey]) : nil
    let tunnel = try SSHTunnel(
      name: "test", configuration: hostile.configuration("auth-expired"), internalTarget: .local(1),
      environment: LocalEnvironment(home: "/nonexistent", localUser: "nobody", agentSocket: agent?.socket),
      observer: { _ in })
    defer { _ = tunnel.stop(timeout: .seconds(5)) }
    #expect(eventually { tunnel.status.lastFailure != nil })
    let failure = try #require(tunnel.status.lastFailure?.failure)
    // The next login may succeed, so the guard goes on.
    #expect(failure.code == .peerClosed)
    #expect(
      failure.message.hasSuffix(
        "; it says: Your account has expired; / please contact your [1madministrator"), "\(failure)")
    #expect(failure.message.contains("after these keys: \(server.userKey)"), "\(failure)")
    #expect(failure.note.contains("change on the host what the server says"), "\(failure)")
  }

  /// The same with a real PAM.
  @Test(.enabled(if: geteuid() == 0 && program("unshare") != nil, "needs root and unshare"))
  func whatPAMSaysAboutTheAccountIsQuoted() throws {
    let folder = try TemporaryFolder()
    chmod(folder.path, 0o755)
    let words = try folder.write("Your account has expired\n", to: "words")
    chmod(words, 0o644)
    let banner = try folder.write("Authorized use only.\n", to: "banner")
    chmod(banner, 0o644)
    let server = try SSHServer(
      options: ["UsePAM yes", "Banner \(banner)"],
      pam: "account requisite pam_echo.so file=\(words)\naccount required pam_deny.so\n")
    let failure = try #require(try outcome(server))
    // A later login may succeed, so the guard goes on.
    #expect(failure.code == .peerClosed)
    #expect(failure.message.hasSuffix("; it says: Your account has expired"), "\(failure)")
    #expect(failure.note.contains("chage -l \(server.user)"), "\(failure)")
  }

  /// It is the same for every login.
  @Test func theBannerOfTheServerIsNotQuoted() throws {
    let folder = try TemporaryFolder()
    chmod(folder.path, 0o755)
    let banner = try folder.write("Authorized use only.\n", to: "banner")
    chmod(banner, 0o644)
    let server = try SSHServer(options: ["Banner \(banner)"])
    try server.folder.write("", to: "authorized_keys")
    let failure = try #require(try outcome(server))
    #expect(failure.code == .authRefused)
    #expect(!failure.message.contains("Authorized use"), "\(failure)")
  }

  /// Dropbear has no sshd_config.
  @Test(.enabled(if: DropbearServer.isAvailable, Comment(rawValue: DropbearServer.reason)))
  func theRemedyForDropbearNamesItsFiles() throws {
    let server = try SSHServer()
    let dropbear = try DropbearServer(keys: "")
    let lines =
      "  User root\n  UserKnownHostsFile \(dropbear.knownHosts)\n  HostName 127.0.0.1"
    for user in ["root", "games"] {
      let failure = try #require(
        try outcome(server, lines.replacing("root", with: user), port: dropbear.port))
      #expect(failure.code == .authRefused)
      #expect(failure.remedy.contains("~/.ssh/authorized_keys"), "\(failure)")
      #expect(failure.remedy.contains("/etc/dropbear/authorized_keys") == (user == "root"), "\(failure)")
      #expect(!failure.remedy.contains("sshd"), "\(failure)")
    }
    // It allows ten attempts.
    let many = try keys(server, 12).map { "  IdentityFile \($0)\n" }.joined()
    let ended = try #require(try outcome(server, many + lines, port: dropbear.port))
    #expect(!ended.remedy.contains("sshd"), "\(ended)")
  }

  // MARK: - Algorithms

  @Test(
    arguments: [
      ("Ciphers chacha20-poly1305@openssh.com", "cipher", "Ciphers chacha20-poly1305@openssh.com,aes128-ctr"),
      ("MACs umac-128-etm@openssh.com", "MAC", "MACs umac-128-etm@openssh.com,hmac-sha2-256"),
      ("KexAlgorithms sntrup761x25519-sha512@openssh.com", "key exchange method", "KexAlgorithms sntrup761"),
    ])
  func aMissingCommonAlgorithmIsReportedWithBothLists(_ option: String, _ kind: String, _ line: String) throws
  {
    let server = try SSHServer(options: [option])
    guard let failure = try outcome(server) else { return }
    #expect(failure.code == .protocolError)
    #expect(failure.message.contains("no \(kind) in common: SSH-2.0-OpenSSH"))
    #expect(failure.message.contains(option.split(separator: " ")[1]))
    #expect(failure.message.contains("libssh2 \(SSHLibrary.version)"))
    #expect(failure.remedy.contains("in sshd_config on the server: \(line)"), "\(failure.remedy)")
    #expect(failure.remedy.contains("systemctl reload ssh"))
  }

  @Test func algorithmsThatSSHConfigExcludesAreReported() throws {
    let server = try SSHServer(options: ["Ciphers aes256-ctr"])
    let failure = try #require(try outcome(server, "  Ciphers aes128-ctr"))
    #expect(failure.message.contains("no cipher in common"))
    #expect(failure.remedy.contains("ssh_config leaves out aes256-ctr"))
  }

  // MARK: - Servers that refuse before the SSH handshake

  /// The failure with a server that sends this text to each connection and closes it.
  private func failure(saying words: String) throws -> TunnelFailure {
    let server = try SSHServer()
    let talker = try ChildProcess(
      "python3",
      [
        "-c",
        """
        import socket, sys
        s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(('127.0.0.1', 0)); s.listen()
        print(s.getsockname()[1], flush=True)
        while True:
          c, _ = s.accept()
          c.sendall(sys.argv[1].encode().decode('unicode_escape').encode('latin1')); c.close()
        """, words,
      ])
    defer { talker.kill() }
    try #require(eventually { talker.output.hasSuffix("\n") })
    let port = try #require(Int(talker.output.dropLast()))
    return try #require(try outcome(server, port: port))
  }

  @Test(arguments: [
    ("Not allowed at this time\\r\\n", "Not allowed at this time", TunnelFailure.Throttle.penalty),
    ("Exceeded MaxStartups\\r\\n", "Exceeded MaxStartups", .overload),
    ("You are \\x1b[31mbanned\\x07\\r\\n", "You are [31mbanned", .penalty),
    ("HTTP/1.1 400 Bad Request\\r\\n\\r\\n", "HTTP/1.1 400 Bad Request", .overload),
    ("421 too many connections", "421 too many connections", .overload),
  ])
  func theRefusalTextIsQuotedAndTheDelayGrows(
    _ words: String, _ shown: String, _ throttle: TunnelFailure.Throttle
  ) throws {
    let failure = try failure(saying: words)
    #expect(failure.code == .peerClosed)
    #expect(failure.message.hasSuffix("it says: \(shown)"), "\(failure)")
    #expect(failure.throttle == throttle)
    #expect(!failure.description.unicodeScalars.contains { $0.properties.generalCategory == .control })
  }

  // MARK: - Host keys that cannot be stored

  @Test(arguments: ["/dev/null", "none"]) func aKnownHostsFileThatStoresNothingIsReported(_ file: String)
    throws
  {
    let server = try SSHServer()
    let lines = "  StrictHostKeyChecking no\n  UserKnownHostsFile \(file)"
    let failure = try #require(try outcome(server, lines))
    #expect(failure.code == .hostKeyUnknown)
    #expect(failure.remedy.contains("UserKnownHostsFile \(file) keeps nothing"))
    #expect(failure.remedy.contains("UserKnownHostsFile ~/.ssh/known_hosts"))
  }

  @Test func theCommandThatAcceptsAKeyAsksRegardlessOfSSHConfig() throws {
    let server = try SSHServer()
    let file = server.folder.file("empty")
    let failure = try #require(try outcome(server, "  UserKnownHostsFile \(file)"))
    #expect(failure.remedy.contains("ssh -o StrictHostKeyChecking=ask "))
    let other = try #require(
      try outcome(server, "  UserKnownHostsFile \(file)\n  StrictHostKeyChecking ask"))
    #expect(!other.remedy.contains("StrictHostKeyChecking"))
  }
}
