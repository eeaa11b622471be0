import Foundation
import GuardTypes
import SSH
import TestSupport
import Testing

@testable import Tunnel

/// The advice about keys that cannot be offered. Nothing connects.
@Suite(.enabled(if: program("ssh") != nil, "no ssh here: apt-get install openssh-client"), .blocking)
struct KeyRemedyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @discardableResult
  private func makeKey(_ name: String, _ options: [String] = [], passphrase: String = "") throws -> String {
    let type = options.isEmpty ? ["-t", "ed25519"] : options
    let made = try run(
      "ssh-keygen", ["-q", "-N", passphrase, "-C", "test", "-f", folder.file(name)] + type)
    try #require(made.exit == .exited(0), "\(made.errors)")
    return folder.file(name)
  }

  /// The files of a key of a FIDO device, in OpenSSH's format.
  private func makeSecurityKey(_ name: String) throws -> String {
    var blob: [UInt8] = []
    blob.appendSSH(string: "sk-ssh-ed25519@openssh.com")
    blob.appendSSH(bytes: Array(repeating: 7, count: 32))
    blob.appendSSH(string: "ssh:")
    var body = Array("openssh-key-v1\0".utf8)
    for text in ["none", "none", ""] { body.appendSSH(string: text) }
    body.appendSSH(uint32: 1)
    body.appendSSH(bytes: blob)
    body.appendSSH(bytes: Array(repeating: 1, count: 64))
    let text = Data(body).base64EncodedString()
    try folder.write(
      "-----BEGIN OPENSSH PRIVATE KEY-----\n\(text)\n-----END OPENSSH PRIVATE KEY-----\n", to: name)
    chmod(folder.file(name), 0o600)
    try folder.write(
      "sk-ssh-ed25519@openssh.com \(Data(blob).base64EncodedString()) test\n", to: name + ".pub")
    return folder.file(name)
  }

  private func failure(_ lines: String, agent: String? = nil) throws -> TunnelFailure? {
    let path = try folder.write(
      "Host tethys\n\(lines)\n  HostName 192.0.2.1\n  User ann\n", to: "config")
    let resolution = try Resolution.ask(
      TunnelConfiguration(host: "tethys", port: 2222, sshConfig: path, forwards: []),
      environment: LocalEnvironment(home: folder.path, localUser: "ann", agentSocket: agent))[0]
    switch resolution.keys() {
    case .success: return nil
    case .failure(let failure): return failure
    }
  }

  // MARK: - Files that are no keys

  /// An agent cannot help, and chmod(1) makes no key.
  @Test(arguments: [
    ("damaged", "is damaged"), ("joined", "is damaged"), ("empty", "is not a private key"),
    ("putty", "is a key of PuTTY"),
  ])
  func aDamagedKeyIsToBeRestored(_ damage: String, _ reason: String) throws {
    let key = try makeKey(damage)
    let text = try folder.read(damage)
    let damaged =
      switch damage {
      case "damaged": text.replacing("b3BlbnNza", with: "")
      case "joined": text.replacing("-\n", with: " ")
      case "empty": ""
      default: "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"
      }
    try folder.write(damaged, to: damage)
    let failure = try #require(try failure("  IdentityFile \(key)\n  IdentitiesOnly yes"))
    #expect(failure.code == .noUsableKey && failure.message.contains(reason), "\(failure)")
    #expect(failure.command == "ssh-keygen -y -f \(key)" && !failure.note.contains("agent"), "\(failure)")
  }

  @Test(arguments: [
    ("restrict ssh-ed25519 AAAA", "not a public key of the form TYPE BASE64"),
    ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n", "ssh-keygen -i"),
  ])
  func aPublicKeyInAnotherFormIsNotExposed(_ text: String, _ reason: String) throws {
    let path = try folder.write(text, to: "key.pub")
    chmod(path, 0o644)
    let failure = try #require(try failure("  IdentityFile \(path)\n  IdentitiesOnly yes"))
    #expect(failure.message.contains(reason), "\(failure)")
    #expect(failure.command?.contains("chmod") == false)
  }

  /// ssh-keygen would ask whether to overwrite the key that is there.
  @Test func withoutIdentityFilesNoKeyIsMade() throws {
    let failure = try #require(try failure("  IdentityFile none\n  IdentitiesOnly yes"))
    #expect(failure.message.hasSuffix("IdentityFile none and IdentitiesOnly yes leave no key to offer"))
    #expect(failure.command?.hasPrefix("ssh -G ") == true && failure.note.contains("IdentityFile"))
  }

  @Test func theMissingVariableOfIdentityAgentIsNamed() throws {
    let key = try makeKey("locked", passphrase: "secret")
    let failure = try #require(
      try failure("  IdentityFile \(key)\n  IdentityAgent $NO_SUCH_AGENT", agent: folder.file("other")))
    #expect(failure.note.contains("IdentityAgent names the variable NO_SUCH_AGENT"), "\(failure)")
    #expect(!failure.note.contains("SSH_AUTH_SOCK"), "\(failure)")
  }

  // MARK: - Content, not names

  /// An agent needs the private key, independent of the name of its public key.
  @Test(arguments: ["key.pub", "odd-name"]) func theFileForTheAgentHasThePrivateKey(_ name: String) throws {
    let key = try makeKey("key")
    let copy = folder.file("odd-name")
    try FileManager.default.copyItem(atPath: key + ".pub", toPath: copy)
    let agent = try SSHAgent()
    let failure = try #require(
      try failure("  IdentityFile \(folder.file(name))\n  IdentitiesOnly yes", agent: agent.socket))
    #expect(failure.code == .noUsableKey)
    #expect(failure.message.contains("\(folder.file(name)) names a key by its public half"), "\(failure)")
    #expect(failure.command == "env SSH_AUTH_SOCK=\(agent.socket) ssh-add \(key)")
  }

  /// A private key may have a name with `.pub` at the end.
  @Test func aPrivateKeyWithTheNameOfAPublicOneIsAPrivateKey() throws {
    let key = try makeKey("key")
    let odd = folder.file("odd.pub")
    try FileManager.default.moveItem(atPath: key, toPath: odd)
    chmod(odd, 0o600)
    #expect(try failure("  IdentityFile \(odd)\n  IdentityAgent none") == nil)
    // ssh_config names another key, so this one is suggested.
    let other = try #require(try failure("  IdentityFile \(folder.file("missing"))\n  IdentityAgent none"))
    #expect(other.note.contains(odd) && !other.note.contains("key.pub"), "\(other)")
    // Its public key selects it.
    let agent = try SSHAgent()
    let half = try #require(try failure("  IdentityFile \(key).pub", agent: agent.socket))
    #expect(half.command?.hasSuffix("ssh-add \(odd)") == true, "\(half)")
  }

  @Test func aMissingPrivateKeyIsNotCalledAPublicOne() throws {
    let key = try makeKey("key")
    unlink(key)
    let agent = try SSHAgent()
    let failure = try #require(try failure("  IdentityFile \(key)", agent: agent.socket))
    #expect(failure.message.contains("\(key) does not exist, only its public half \(key).pub"), "\(failure)")
    #expect(failure.command?.hasSuffix("ssh-add -L") == true, "\(failure)")
    #expect(failure.note.contains("\(key).pub is a public key alone"), "\(failure)")
  }

  // MARK: - IdentityAgent none

  @Test func withoutAgentsNoneIsAdvised() throws {
    let locked = try makeKey("locked", passphrase: "open it")
    let key = try makeKey("key")
    try makeKey("gone")
    unlink(folder.file("gone"))
    let cases = [
      (locked, "tunnel.passphrase"), (locked + ".pub", "name \(locked) as IdentityFile"),
      (key + ".pub", "name \(key) as IdentityFile"),
      (folder.file("gone.pub"), "name the file of a private key"),
      (folder.file("gone"), "name the file of a private key"),
    ]
    for (file, step) in cases {
      let failure = try #require(
        try failure("  IdentityFile \(file)\n  IdentityAgent none", agent: "/nonexistent/agent"))
      #expect(failure.note.contains(step), "\(file): \(failure)")
      #expect(!failure.remedy.lowercased().contains("agent"), "\(failure)")
      #expect(!failure.description.contains("ssh-add"), "\(failure)")
    }
    let token = try #require(
      try failure("  IdentityFile \(locked)\n  IdentityAgent none\n  PKCS11Provider /x.so"))
    #expect(!token.description.contains("through an agent"), "\(token)")
  }

  // MARK: - Types that libssh2 cannot use

  /// libssh2 signs with such a key neither from a file nor through an agent.
  @Test(arguments: ["", "  IdentityAgent none"]) func noAgentIsAdvisedForASecurityKey(_ lines: String) throws
  {
    let key = try makeSecurityKey("id_ed25519_sk")
    let agent = try SSHAgent()
    for file in [key, key + ".pub"] {
      let failure = try #require(try failure("  IdentityFile \(file)\n\(lines)", agent: agent.socket))
      #expect(failure.message.contains("\(file) is a security key's"), "\(failure)")
      #expect(!failure.remedy.contains("ssh-add") && !failure.remedy.contains("agent"), "\(failure)")
    }
    // The new key does not replace one that is there.
    unlink(key)
    let own = try #require(try failure("  IdentityFile \(key).pub\n\(lines)", agent: agent.socket))
    #expect(own.command == "ssh-keygen -t ed25519 -f \(folder.file("id_ed25519"))", "\(own)")
    try folder.write("something else", to: "id_ed25519.pub")
    let other = try #require(try failure("  IdentityFile \(key).pub\n\(lines)", agent: agent.socket))
    #expect(other.command?.hasSuffix(folder.file("id_ed25519_guard")) == true, "\(other)")
  }

  @Test(.enabled(if: !SSHLibrary.signsRSAWithSHA2)) func noAgentIsAdvisedForAnUnusableRSAKey() throws {
    let agent = try SSHAgent()
    for (name, options) in [("one", ["-t", "rsa"]), ("two", ["-t", "rsa", "-m", "PEM"])] {
      let key = try makeKey(name, options)
      for file in [key, key + ".pub"] {
        let failure = try #require(
          try failure("  IdentityFile \(file)\n  IdentitiesOnly yes", agent: agent.socket))
        #expect(failure.message.contains("\(file) is an RSA key"), "\(failure)")
        #expect(!failure.remedy.contains("ssh-add"), "\(failure)")
      }
    }
  }

  /// `openssl genrsa` writes such a file: its first line does not name the type.
  @Test(.enabled(if: !SSHLibrary.signsRSAWithSHA2)) func anRSAKeyInPKCS8NeedsNoPublicKeyToBeNamed() throws {
    let key = try makeKey("plain", ["-t", "rsa", "-m", "PKCS8"])
    unlink(key + ".pub")
    let failure = try #require(try failure("  IdentityFile \(key)\n  IdentitiesOnly yes"))
    #expect(failure.message.contains("\(key) is an RSA key"), "\(failure)")
  }

  // MARK: - Commands

  @Test func commandsTestTheLoginOfTheGuard() throws {
    let locked = try makeKey("locked", ["-t", "ecdsa"], passphrase: "open it")
    let config = folder.file("config")
    let failure = try #require(
      try failure(
        "  IdentityFile \(locked)\n  IdentityFile \(folder.file("x"))\n  IdentityAgent /nonexistent/a"))
    #expect(failure.message.contains("no agent") || failure.message.contains("agent /nonexistent/a"))
    let configuration = TunnelConfiguration(
      host: "tethys", user: "ops", port: 2222, sshConfig: config, forwards: [])
    #expect(configuration.sshArguments == "-F \(config) -l ops -p 2222 tethys")
    let keyed = TunnelConfiguration(host: "tethys", port: 1, identityFiles: ["/k"], forwards: [])
    #expect(keyed.sshArguments == "-p 1 -i /k -o IdentitiesOnly=yes tethys")
    #expect(keyed.sshArgumentsForAnyKey == "-p 1 tethys")
  }

  /// The first attempt fails before the answer of `ssh -G` is known.
  @Test func theCommandOfAFailureWithoutARouteNamesTheFile() throws {
    let config = try folder.write("Host tethys\n  BindInterface lo\n", to: "config")
    let tunnel = try SSHTunnel(
      name: "test",
      configuration: TunnelConfiguration(
        host: "tethys", user: "ops", port: 2222, sshConfig: config,
        forwards: [.init(listen: .local(0), target: .local(1))]),
      internalTarget: .local(1),
      environment: LocalEnvironment(home: folder.path, localUser: "ann", agentSocket: nil), observer: { _ in }
    )
    defer { _ = tunnel.stop(timeout: .seconds(5)) }
    #expect(eventually { tunnel.status.lastFailure != nil })
    #expect(
      tunnel.status.lastFailure?.failure.command == "ssh -G -F \(config) -l ops -p 2222 tethys")
  }
}
