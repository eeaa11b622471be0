import Foundation
import GuardTypes
import SSH
import Synchronization
import TestSupport
import Testing

@testable import Tunnel

/// Key formats, and the sources of keys and passphrases, tested with a real sshd.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct KeyTests {
  /// The failure of one attempt; nil if the tunnel comes up.
  private func outcome(
    _ server: SSHServer, identityFiles: [String] = [], passphrase: SecretSource? = nil,
    knownHosts: [String] = [], credentials: String? = nil, agent: String? = nil
  ) throws -> TunnelFailure? {
    let configuration = TunnelConfiguration(
      host: "tethys", identityFiles: identityFiles, passphrase: passphrase, knownHostsFiles: knownHosts,
      sshConfig: server.sshConfig,
      forwards: [
        .init(
          listen: StreamAddress(host: "127.0.0.1", port: 0), target: StreamAddress(host: "127.0.0.1", port: 1)
        )
      ])
    let tunnel = try SSHTunnel(
      name: "test", configuration: configuration, internalTarget: StreamAddress(host: "127.0.0.1", port: 1),
      environment: LocalEnvironment(
        home: "/nonexistent", localUser: "nobody", agentSocket: agent, credentialsDirectory: credentials),
      observer: { _ in })
    defer { _ = tunnel.stop(timeout: .seconds(5)) }
    #expect(
      eventually { tunnel.status.state == .up || tunnel.status.lastFailure != nil })
    return tunnel.status.lastFailure?.failure
  }

  /// Creates an authorized key in a given format of ssh-keygen.
  private func makeKey(
    _ server: SSHServer, _ name: String, type: String = "ed25519", format: String = "RFC4716",
    passphrase: String = ""
  ) throws -> String {
    let path = server.folder.file(name)
    let made = try run(
      "ssh-keygen", ["-q", "-t", type, "-m", format, "-N", passphrase, "-C", "test", "-f", path])
    try #require(made.exit == .exited(0), "\(made.errors)")
    let listed = try server.folder.read("authorized_keys") + server.folder.read("\(name).pub")
    try server.folder.write(listed, to: "authorized_keys")
    chmod(server.folder.file("authorized_keys"), 0o644)
    return path
  }

  @Test(
    arguments: sampled([
      ("ed25519", "RFC4716", ""), ("ecdsa", "RFC4716", ""), ("ecdsa", "PEM", ""), ("ecdsa", "PKCS8", ""),
      ("ed25519", "RFC4716", "öffne dich"), ("ecdsa", "RFC4716", "open it"), ("ecdsa", "PEM", "open it"),
      ("ecdsa", "PKCS8", "open it"),
    ]))
  func aKeyInEachFormatLogsIn(_ type: String, _ format: String, _ words: String) throws {
    let server = try SSHServer()
    let key = try makeKey(server, "other_key", type: type, format: format, passphrase: words)
    let credentials = try TemporaryFolder()
    try credentials.write(words + "\n", to: "words")
    let failure = try outcome(
      server, identityFiles: [key], passphrase: words.isEmpty ? nil : .credential("words"),
      credentials: credentials.path)
    #expect(failure == nil)
  }

  @Test func keyKnownHostsAndPassphraseCanComeFromCredentials() throws {
    let server = try SSHServer()
    let key = try makeKey(server, "other_key", passphrase: "open it")
    let credentials = try TemporaryFolder()
    try credentials.write(String(contentsOfFile: key, encoding: .utf8), to: "key")
    try credentials.write(server.folder.read("known_hosts"), to: "hosts")
    try credentials.write("open it", to: "words")
    let failure = try outcome(
      server, identityFiles: ["credential:key"], passphrase: .credential("words"),
      knownHosts: ["credential:hosts"], credentials: credentials.path)
    #expect(failure == nil)
  }

  @Test(arguments: [("ed25519", "RFC4716"), ("ecdsa", "PEM"), ("ecdsa", "PKCS8")])
  func aWrongPassphraseIsReportedButNotShown(_ type: String, _ format: String) throws {
    let server = try SSHServer()
    let key = try makeKey(server, "other_key", type: type, format: format, passphrase: "open it")
    try server.folder.write("Xyzzy-wrong\n", to: "words")
    chmod(server.folder.file("words"), 0o600)
    let failure = try #require(
      try outcome(server, identityFiles: [key], passphrase: .file(server.folder.file("words"))))
    #expect(failure.code == .noUsableKey)
    #expect(failure.message.contains("the passphrase does not open \(key)"))
    #expect(!failure.description.contains("Xyzzy"))
    #expect(failure.files.contains(server.folder.file("words")))
  }

  /// The passphrase is right, and libssh2 has no such cipher for keys.
  @Test(arguments: ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com"])
  func aKeyUnderAnUnsupportedCipherIsExplained(_ cipher: String) throws {
    let server = try SSHServer()
    let key = try makeKey(server, "other_key", passphrase: "open it")
    let sealed = try run(
      "ssh-keygen", ["-q", "-p", "-Z", cipher, "-P", "open it", "-N", "open it", "-f", key])
    try #require(sealed.exit == .exited(0), "\(sealed.errors)")
    try server.folder.write("open it\n", to: "words")
    chmod(server.folder.file("words"), 0o600)
    let words = SecretSource.file(server.folder.file("words"))
    let failure = try #require(try outcome(server, identityFiles: [key], passphrase: words))
    #expect(failure.code == .noUsableKey)
    #expect(failure.message.contains("\(key) is encrypted with \(cipher), "))
    let command = "ssh-keygen -p -Z aes256-ctr -f \(key)"
    #expect(failure.command?.hasSuffix(command) == true && failure.message.contains(command))
    // The command of the remedy makes the key usable.
    let changed = try run("sh", ["-c", "\(command) -q -P 'open it' -N 'open it'"])
    try #require(changed.exit == .exited(0), "\(changed.errors)")
    #expect(try outcome(server, identityFiles: [key], passphrase: words) == nil)
  }

  /// A vault may store a key with its base64 in one line. ssh(1) accepts it.
  @Test(arguments: ["", "open it"]) func aKeyInOneLineLogsIn(_ passphrase: String) throws {
    let server = try SSHServer()
    let key = try makeKey(server, "other_key", passphrase: passphrase)
    let lines = try server.folder.read("other_key").split(separator: "\n")
    let flat = [lines[0], Substring(lines.dropFirst().dropLast().joined()), lines[lines.count - 1]]
    try server.folder.write(flat.joined(separator: "\n") + "\n", to: "other_key")
    try server.folder.write(passphrase + "\n", to: "words")
    chmod(server.folder.file("words"), 0o600)
    let words = SecretSource.file(server.folder.file("words"))
    let failure = try outcome(server, identityFiles: [key], passphrase: passphrase.isEmpty ? nil : words)
    #expect(failure == nil)
  }

  @Test func theRemedyForAWrongPassphraseNamesTheFileThatItDoesNotOpen() throws {
    let server = try SSHServer()
    let key = try makeKey(server, "other_key", passphrase: "open it")
    try server.folder.write("wrong\n", to: "words")
    chmod(server.folder.file("words"), 0o600)
    let failure = try #require(
      try outcome(
        server, identityFiles: [server.folder.file("missing"), key],
        passphrase: .file(server.folder.file("words"))))
    #expect(failure.message.contains("the passphrase does not open \(key)"))
    #expect(failure.command?.hasSuffix("ssh-keygen -y -f \(key)") == true)
  }

  @Test func theRemedyForAMissingCredentialIsALineForTheUnit() throws {
    let server = try SSHServer()
    let credentials = try TemporaryFolder()
    for folder in [nil, credentials.path] {
      let failure = try #require(
        try outcome(server, identityFiles: ["credential:guard-key"], credentials: folder))
      #expect(failure.code == .config)
      #expect(failure.message.contains("credential guard-key"))
      #expect(failure.remedy.contains("LoadCredential=guard-key:/"))
    }
  }

  @Test func aKeyThatOthersCanReadIsNotUsed() throws {
    let server = try SSHServer()
    let key = try makeKey(server, "other_key")
    chmod(key, 0o644)
    let failure = try #require(try outcome(server, identityFiles: [key]))
    #expect(failure.code == .noUsableKey)
    #expect(failure.message.contains("mode 0644"))
    #expect(failure.message.contains("chmod 600 \(key)"))
    #expect(failure.remedy == "chmod 600 \(key)")
  }

  @Test func aKeyIsTriedAgainWhenOthersCanNoLongerReadIt() throws {
    let server = try SSHServer()
    let key = server.folder.file("user_key")
    let mine = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: key, toPath: mine.file("key"))
    chmod(mine.file("key"), 0o644)
    let echo = try TCPServer(.echo)
    let fixture = try Fixture(server, target: echo.port, identityFiles: [mine.file("key")])
    #expect(fixture.waitUntil(.blocked))
    chmod(mine.file("key"), 0o600)
    #expect(fixture.waitUntil(.up))
  }

  @Test func aPassphraseThatOthersCanReadIsNotUsed() throws {
    let server = try SSHServer()
    let key = try makeKey(server, "other_key", passphrase: "open it")
    try server.folder.write("open it", to: "words")
    chmod(server.folder.file("words"), 0o640)
    let failure = try #require(
      try outcome(server, identityFiles: [key], passphrase: .file(server.folder.file("words"))))
    #expect(failure.code == .noUsableKey)
    #expect(failure.message.contains("chmod 600 \(server.folder.file("words"))"))
    #expect(failure.command == "chmod 600 \(server.folder.file("words"))")
    #expect(!failure.note.contains("agent"), "\(failure)")
  }

  @Test func aDamagedKeyIsSkippedAndTheNextIsTried() throws {
    let server = try SSHServer()
    let key = try makeKey(server, "other_key")
    try server.folder.write("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", to: "broken")
    chmod(server.folder.file("broken"), 0o600)
    #expect(try outcome(server, identityFiles: [server.folder.file("broken"), key]) == nil)
  }

  // MARK: - Agents

  @Test func aKeyOfTheAgentLogsInAndAnUnusableRSAKeyIsExplained() throws {
    let server = try SSHServer()
    let socket = server.folder.file("agent")
    let agent = try ChildProcess("ssh-agent", ["-D", "-a", socket])
    defer { agent.kill() }
    try #require(eventually { access(socket, F_OK) == 0 })
    func add(_ key: String) throws {
      let added = try run("env", ["SSH_AUTH_SOCK=\(socket)", "ssh-add", "-q", key])
      try #require(added.exit == .exited(0), "\(added.errors)")
    }
    let key = try makeKey(server, "rsa_key", type: "rsa")
    try add(key)
    // With IdentitiesOnly, only that key of the agent is offered that the public key file selects.
    let failure = try #require(try outcome(server, identityFiles: [key], agent: socket))
    // If libssh2 can use the key, the server refuses it.
    #expect(failure.code == (SSHLibrary.signsRSAWithSHA2 ? .authRefused : .noUsableKey))
    #expect(
      failure.message.contains(
        SSHLibrary.signsRSAWithSHA2 ? "\(key) (agent)" : "\(key) (agent) is an RSA key"))
    let other = try makeKey(server, "agent_key", passphrase: "")
    try add(other)
    unlink(other)
    #expect(try outcome(server, identityFiles: [other], agent: socket) == nil)
  }

  // MARK: - Host keys

  @Test func aRevokedHostKeyIsRefused() throws {
    let server = try SSHServer()
    try server.folder.write(
      try server.folder.read("ssh_config") + "  RevokedHostKeys \(server.folder.file("revoked"))\n",
      to: "ssh_config")
    try server.folder.write(try server.folder.read("host_key.pub"), to: "revoked")
    let failure = try #require(try outcome(server))
    #expect(failure.code == .hostKeyChanged)
    #expect(failure.message.contains("is revoked by \(server.folder.file("revoked")):1"))
  }

  @Test func aMissingRevocationListIsReportedAndABinaryOneIsHonored() throws {
    let server = try SSHServer()
    let path = server.folder.file("revoked")
    try server.folder.write(
      try server.folder.read("ssh_config") + "  RevokedHostKeys \(path)\n", to: "ssh_config")
    #expect(try outcome(server)?.message.contains("RevokedHostKeys \(path) can't be read") == true)
    let made = try run("ssh-keygen", ["-q", "-k", "-f", path, server.hostKey + ".pub"])
    try #require(made.exit == .exited(0))
    let failure = try #require(try outcome(server))
    #expect(failure.code == .hostKeyChanged)
    #expect(failure.message.contains("is revoked by \(path)"))
  }

  @Test func aServerWithOnlyAnRSAKeyIsExplained() throws {
    let folder = try TemporaryFolder()
    let key = folder.file("rsa")
    let made = try run("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", key])
    try #require(made.exit == .exited(0))
    let server = try SSHServer(options: ["HostKeyAlgorithms rsa-sha2-512,rsa-sha2-256"])
    server.stop()
    for name in ["", ".pub"] {
      try server.folder.write(folder.read("rsa" + name), to: "host_key" + name)
    }
    try server.writeKnownHosts()
    try server.start()
    guard !SSHLibrary.signsRSAWithSHA2 else {
      #expect(try outcome(server) == nil)
      return
    }
    let failure = try #require(try outcome(server))
    #expect(failure.code == .protocolError)
    #expect(failure.message.contains("RSA host keys with SHA-1 only"))
    #expect(failure.message.contains("\(server.knownHosts):1"))
  }

  @Test func aChangedHostKeyIsShownBesideTheStoredOne() throws {
    let server = try SSHServer()
    func fingerprint() throws -> String {
      let shown = try run("ssh-keygen", ["-l", "-f", server.hostKey + ".pub"]).output
      return String(shown.split(separator: " ")[1])
    }
    let stored = try fingerprint()
    try server.restartWithNewHostKey()
    let failure = try #require(try outcome(server))
    #expect(failure.code == .hostKeyChanged)
    #expect(failure.message.contains("it shows ssh-ed25519 \(try fingerprint())"))
    #expect(failure.message.contains("\(server.knownHosts):1 has ssh-ed25519 \(stored)"))
    #expect(failure.remedy.contains("ssh -o StrictHostKeyChecking=ask -F \(server.sshConfig) tethys"))
  }

  @Test func theUnsupportedAuthorityOfAnUnknownHostIsReported() throws {
    let server = try SSHServer()
    try server.folder.write(
      "@cert-authority * " + (try server.folder.read("user_key.pub")), to: "known_hosts")
    let failure = try #require(try outcome(server))
    #expect(failure.code == .hostKeyUnknown)
    #expect(failure.message.contains("\(server.knownHosts):1 trusts an authority"))
    #expect(failure.message.contains("@cert-authority is not supported"))
  }

  @Test func unreadableKnownHostsAreReported() throws {
    let server = try SSHServer()
    let failure = try #require(try outcome(server, knownHosts: [server.folder.path]))
    #expect(failure.code == .config)
    #expect(failure.message.contains("\(server.folder.path) can't be read"))
  }

  /// ssh(1) would wait for the writer of a FIFO, and read a device without end.
  @Test(arguments: ["folder", "fifo", "/dev/zero", "/dev/full"])
  func aKnownHostsFileOfAnotherTypeIsNamed(_ kind: String) throws {
    let server = try SSHServer()
    let path = kind.hasPrefix("/") ? kind : server.folder.file(kind)
    switch kind {
    case "folder": mkdir(path, 0o755)
    case "fifo": mkfifo(path, 0o600)
    default: break
    }
    try server.folder.write(
      "Host tethys\n  UserKnownHostsFile \(path)\n" + server.folder.read("ssh_config"), to: "ssh_config")
    let failure = try #require(try outcome(server))
    #expect(failure.code == .config)
    #expect(failure.message.contains("\(path) can't be read"), "\(failure)")
    #expect(failure.command == "ls -ld \(path)")
  }

  @Test func theCommandForAnUnknownHostWritesToTheFileThatIsRead() throws {
    let server = try SSHServer()
    let hosts = server.folder.file("no_hosts")
    let failure = try #require(try outcome(server, knownHosts: [hosts]))
    #expect(failure.code == .hostKeyUnknown)
    #expect(failure.remedy.contains("-o UserKnownHostsFile=\(hosts) tethys"))
    let credentials = try TemporaryFolder()
    try credentials.write("", to: "hosts")
    let other = try #require(
      try outcome(server, knownHosts: ["credential:hosts"], credentials: credentials.path))
    #expect(other.remedy.contains("LoadCredential="))
  }
}
