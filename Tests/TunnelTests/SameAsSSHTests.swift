import Foundation
import GuardTypes
import Synchronization
import TestSupport
import Testing

@testable import Tunnel

/// Tests the README's promise that ssh_config has the same effect as in ssh. Each configuration is used with the real
/// ssh(1) and with the tunnel for the same server, and both must have the same result.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct SameAsSSHTests {
  /// One ssh_config, as lines under `Host tethys`.
  struct Case: Sendable {
    let lines: String
    /// True if the login must succeed. Otherwise both could fail for another reason, which would prove nothing.
    let isUp: Bool
    var agent: Which = .none
    /// True if SSH_AUTH_SOCK also contains the agent's socket.
    var isInEnvironment = false

    enum Which: Sendable {
      case none, holder, crowd, few, empty, locked, dead
    }

    init(_ isUp: Bool, _ lines: String, _ agent: Which = .none, inEnvironment: Bool = false) {
      self.lines = lines
      self.isUp = isUp
      self.agent = agent
      self.isInEnvironment = inEnvironment
    }
  }

  /// Keys and agents that all cases share. `K` stands for its folder.
  final class Shelf: Sendable {
    let folder: TemporaryFolder
    let authorized: String
    private let agents: [String: SSHAgent]

    init() throws {
      let folder = try TemporaryFolder()
      var authorized = ""
      func make(_ name: String, _ options: [String] = [], passphrase: String = "", isAuthorized: Bool = true)
        throws
      {
        let type = options.isEmpty ? ["-t", "ed25519"] : options
        let made = try run(
          "ssh-keygen", ["-q", "-N", passphrase, "-C", name, "-f", folder.file(name)] + type)
        guard made.exit == .exited(0) else { throw FixtureError.failed("ssh-keygen: \(made.errors)") }
        if isAuthorized { authorized += try folder.read(name + ".pub") }
      }
      try make("good")
      try make("ecdsa", ["-t", "ecdsa"])
      try make("ecdsa384", ["-t", "ecdsa", "-b", "384"])
      try make("pem", ["-t", "ecdsa", "-m", "PEM"])
      try make("pkcs8", ["-t", "ecdsa", "-m", "PKCS8"])
      try make("last")
      for name in ["enc", "encpub"] { try make(name, passphrase: "open it") }
      for name in ["only", "gone", "exposed"] { try make(name) }
      for index in 1...8 { try make("bad\(index)", isAuthorized: false) }
      let held = ["only", "gone", "exposed"].map(folder.file)
      let bad = (1...8).map { folder.file("bad\($0)") }
      let holder = try SSHAgent(held)
      for name in ["enc", "encpub"] { try holder.add(folder.file(name), passphrase: "open it") }
      agents = [
        "holder": holder, "crowd": try SSHAgent(bad[..<7] + [folder.file("last")]),
        "few": try SSHAgent(Array(bad[..<4])), "empty": try SSHAgent(), "locked": try SSHAgent(held),
      ]
      try agents["locked"]?.lock()
      // Of these keys, only the public key files are left; of `enc`, only the private one.
      for name in ["only", "gone", "enc.pub"] { unlink(folder.file(name)) }
      try FileManager.default.copyItem(atPath: folder.file("only.pub"), toPath: folder.file("public_key"))
      chmod(folder.file("exposed"), 0o644)
      self.folder = folder
      self.authorized = authorized
    }

    func socket(_ which: Case.Which) -> String? {
      switch which {
      case .none: nil
      case .dead: folder.file("no-agent")
      case .holder, .crowd, .few, .empty, .locked: agents["\(which)"]?.socket
      }
    }
  }

  /// The server that the cases connect to.
  struct Target {
    let port: Int
    let user: String
    let knownHosts: String
    let folder: TemporaryFolder
    let name: String
  }

  static func bad(_ count: Int) -> String {
    (1...count).map { "IdentityFile @keys/bad\($0)" }.joined(separator: "\n")
  }

  // MARK: - The comparison

  /// Runs all cases, a few at a time, and reports the differences between ssh and the tunnel.
  func compare(_ cases: [Case], _ shelf: Shelf, _ target: Target) throws {
    let differences = Mutex<[String]>([])
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < cases.count else { return }
        do {
          if let difference = try difference(cases[index], index, shelf, target) {
            differences.withLock { $0.append("\(target.name): \(cases[index].lines): \(difference)") }
          }
        } catch {
          differences.withLock { $0.append("\(target.name): \(cases[index].lines): \(error)") }
        }
      }
    }
    let found = differences.withLock { $0 }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  /// nil if both have the expected result.
  private func difference(_ each: Case, _ index: Int, _ shelf: Shelf, _ target: Target) throws -> String? {
    let socket = shelf.socket(each.agent)
    func filled(_ lines: String) -> String {
      lines.replacing("@keys/", with: shelf.folder.path + "/")
        .replacing("@server/", with: target.folder.path + "/")
        .replacing("PORT", with: "\(target.port)").replacing("AGENT", with: socket ?? "none")
    }
    let text = """
      Host tethys
      \(filled(each.lines))
      Host tethys
        HostName 127.0.0.1
        Port \(target.port)
        User \(target.user)
        IdentitiesOnly yes
        IdentityAgent \(each.isInEnvironment ? "SSH_AUTH_SOCK" : socket ?? "none")
        UserKnownHostsFile \(target.knownHosts)
        GlobalKnownHostsFile /dev/null
        StrictHostKeyChecking yes
        ConnectTimeout 20

      """
    let config = try target.folder.write(text, to: "same\(index)")
    var variables = ProcessInfo.processInfo.environment
    variables["TOKEN_VAR"] = shelf.folder.path
    variables["SSH_AUTH_SOCK"] = each.isInEnvironment ? socket : nil
    variables["NAMED_SOCKET"] = socket
    variables["SHELL"] = "/bin/sh"
    try placeKey(each, config, shelf, variables)
    let ssh = try run(
      "ssh", ["-F", config, "-o", "BatchMode=yes", "-W", "127.0.0.1:\(target.port)", "tethys"],
      environment: variables)
    let sshIsUp = ssh.output.contains("SSH-2.0-")
    guard sshIsUp == each.isUp else { return "ssh \(sshIsUp ? "logs in" : "fails: \(ssh.errors)")" }
    let tunnel = try SSHTunnel(
      name: "same", configuration: TunnelConfiguration(host: "tethys", sshConfig: config, forwards: []),
      internalTarget: .local(target.port),
      environment: LocalEnvironment(
        home: "/nonexistent", localUser: "nobody", agentSocket: each.isInEnvironment ? socket : nil,
        variables: variables), observer: { _ in })
    defer { _ = tunnel.stop(timeout: .seconds(5)) }
    guard eventually({ tunnel.status.state == .up || tunnel.status.lastFailure != nil }) else {
      return "the engine comes to nothing"
    }
    let isUp = tunnel.status.state == .up
    return isUp == each.isUp
      ? nil
      : "the engine \(isUp ? "logs in" : "fails: \(tunnel.status.lastFailure.map { "\($0.failure)" } ?? "")")"
  }

  /// If a case names its key with tokens, asks ssh for their values and copies the key to that path.
  private func placeKey(
    _ each: Case, _ config: String, _ shelf: Shelf, _ variables: [String: String]
  ) throws {
    guard each.lines.contains("@keys/t_") else { return }
    let answer = try run(
      "ssh", ["-v", "-F", config, "-o", "BatchMode=yes", "tethys", "true"], environment: variables)
    let start = "debug1: identity file \(shelf.folder.path)/t_"
    guard let line = answer.errors.split(whereSeparator: \.isNewline).first(where: { $0.hasPrefix(start) }),
      let end = line.firstRange(of: " type ")
    else { throw FixtureError.failed("ssh names no key: \(answer.errors)") }
    let path = String(line[..<end.lowerBound].dropFirst("debug1: identity file ".count))
    guard !FileManager.default.fileExists(atPath: path) else { return }
    try FileManager.default.copyItem(atPath: shelf.folder.file("good"), toPath: path)
  }

  // MARK: - The cases

  private static let keys = [
    Case(true, "IdentityFile @keys/good"), Case(true, "IdentityFile @keys/ecdsa"),
    Case(true, "IdentityFile @keys/ecdsa384"), Case(true, "IdentityFile @keys/pem"),
    Case(true, "IdentityFile @keys/pkcs8"), Case(false, "IdentityFile @keys/bad1"),
    Case(false, "IdentityFile @keys/missing"),
    Case(true, "IdentityFile @keys/missing\nIdentityFile @keys/good"),
    Case(true, "IdentityFile \"@keys/good\""), Case(true, "IdentityFile=@keys/good"),
    // The server allows six attempts.
    Case(true, "\(bad(5))\nIdentityFile @keys/good"), Case(false, "\(bad(6))\nIdentityFile @keys/good"),
    // Encrypted, exposed and public keys.
    Case(false, "IdentityFile @keys/enc"), Case(true, "IdentityFile @keys/enc", .holder),
    Case(true, "IdentityFile @keys/enc\nIdentitiesOnly no", .holder),
    Case(true, "IdentityFile @keys/encpub", .holder), Case(false, "IdentityFile @keys/encpub", .few),
    Case(true, "IdentityFile @keys/enc\nIdentityFile @keys/good"),
    Case(false, "IdentityFile @keys/exposed"), Case(true, "IdentityFile @keys/exposed", .holder),
    Case(true, "IdentityFile @keys/exposed\nIdentityFile @keys/good"),
    Case(true, "IdentityFile @keys/only.pub", .holder), Case(true, "IdentityFile @keys/only", .holder),
    Case(true, "IdentityFile @keys/public_key", .holder), Case(false, "IdentityFile @keys/only.pub"),
    Case(false, "IdentityFile @keys/only", .few), Case(false, "IdentityFile @keys/only.pub", .empty),
    Case(false, "IdentityFile @keys/only.pub", .locked), Case(false, "IdentityFile @keys/only.pub", .dead),
    Case(true, "IdentityFile @keys/good.pub\nIdentityFile @keys/good"),
    Case(false, "IdentityFile @keys/good.pub"),
    // An agent with many keys.
    Case(true, "IdentityFile @keys/last", .crowd),
    Case(true, "IdentityFile @keys/last\nIdentitiesOnly no", .crowd),
    Case(true, "IdentityFile @keys/last.pub", .crowd), Case(false, "IdentityFile @keys/missing", .crowd),
    Case(false, "IdentityFile @keys/missing\nIdentitiesOnly no", .crowd),
    Case(false, "IdentityFile @keys/good\nIdentitiesOnly no", .crowd),
    Case(true, "IdentityFile @keys/good", .crowd),
    Case(true, "IdentityFile @keys/good\nIdentitiesOnly no", .few),
    Case(true, "IdentityFile @keys/bad1\nIdentityFile @keys/good\nIdentitiesOnly no", .few),
    Case(true, "IdentityFile @keys/good", .empty), Case(true, "IdentityFile @keys/good", .dead),
    Case(true, "IdentityFile none\nIdentitiesOnly no", .holder), Case(false, "IdentityFile none", .holder),
    // The choice of the agent.
    Case(true, "IdentityFile @keys/only.pub", .holder, inEnvironment: true),
    Case(false, "IdentityFile @keys/only.pub\nIdentityAgent none", .holder, inEnvironment: true),
    Case(true, "IdentityFile @keys/only.pub\nIdentityAgent $NAMED_SOCKET", .holder),
    Case(true, "IdentityFile @keys/only.pub\nIdentityAgent ${HOME}/../../../..AGENT", .holder),
    // Types of keys.
    Case(false, "IdentityFile @keys/ecdsa\nPubkeyAcceptedAlgorithms ssh-ed25519"),
    Case(true, "IdentityFile @keys/ecdsa\nIdentityFile @keys/good\nPubkeyAcceptedAlgorithms ssh-ed25519"),
    Case(false, "IdentityFile @keys/good\nPubkeyAcceptedAlgorithms -ssh-ed25519"),
    Case(false, "IdentityFile @keys/only.pub\nPubkeyAcceptedAlgorithms ecdsa-*", .holder),
  ]

  private static let tokens =
    ["%%", "%h", "%n", "%r", "%p", "%u", "%L", "%l", "%i", "%k", "%C", "%r@%h:%p", "${NAMED}x%%y"].map {
      Case(true, "IdentityFile @keys/t_\($0.replacing("${NAMED}", with: ""))")
    } + [
      Case(true, "IdentityFile @keys/t_%k_alias\nHostKeyAlias [127.0.0.1]:PORT"),
      Case(true, "IdentityFile ${TOKEN_VAR}/good"), Case(true, "IdentityFile %d/../../../..@keys/good"),
      Case(true, "IdentityFile ~/../../../..@keys/good"),
      Case(true, "IdentityFile ~root/../../../..@keys/good"),
      Case(false, "IdentityFile @keys/x_%z\nIdentityFile @keys/good"),
      Case(false, "IdentityFile ${NO_SUCH_VARIABLE}/x\nIdentityFile @keys/good"),
      Case(false, "IdentityFile ~no-such-user-here/x\nIdentityFile @keys/good"),
    ]

  private static let names = [
    Case(false, "IdentityFile @keys/good\nUser nobody-here"), Case(false, "IdentityFile @keys/good\nPort 1"),
    Case(false, "IdentityFile @keys/good\nUserKnownHostsFile /dev/null"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile /dev/null @server/known_hosts"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile none\nGlobalKnownHostsFile @server/known_hosts"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/known_%h"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/known%%hosts"),
    Case(false, "IdentityFile @keys/good\nUserKnownHostsFile @server/other_hosts"),
    Case(false, "IdentityFile @keys/good\nUserKnownHostsFile @server/revoked_hosts"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/hashed_hosts"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/alias_hosts\nHostKeyAlias the-alias"),
    Case(false, "IdentityFile @keys/good\nUserKnownHostsFile @server/alias_hosts"),
    // `none` is a name like any other there.
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/none_hosts\nHostKeyAlias none"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/none_hosts\nHostKeyAlias NONE"),
    Case(false, "IdentityFile @keys/good\nHostKeyAlias none"),
    Case(false, "IdentityFile @keys/good\nHostName none"),
    Case(false, "IdentityFile @keys/good\nUser none"),
    Case(true, "Include @server/included"),
    Case(true, "Match originalhost tethys\nIdentityFile @keys/good"),
    Case(true, "Match exec \"true\"\nIdentityFile @keys/good"),
    Case(false, "Match exec \"false\"\nIdentityFile @keys/good\nMatch all\nIdentityFile @keys/bad1"),
    Case(true, "Match exec \"test %n = tethys\"\nIdentityFile @keys/good"),
    Case(true, "IdentityFile @keys/good\nProxyCommand ssh -F @server/same0 -o BatchMode=yes -W %h:%p tethys"),
    Case(false, "IdentityFile @keys/good\nProxyCommand false"),
    Case(true, "IdentityFile @keys/good\nAddressFamily inet\nBindAddress 127.0.0.1"),
    Case(true, "IdentityFile @keys/good\nCiphers aes256-ctr\nMACs hmac-sha2-512"),
    Case(true, "IdentityFile @keys/good\nPreferredAuthentications publickey"),
    Case(false, "IdentityFile @keys/good\nPreferredAuthentications password"),
    Case(false, "IdentityFile @keys/good\nPubkeyAuthentication no"),
    Case(false, "IdentityFile @keys/good\nNoSuchOption yes"),
  ]

  func target(_ server: SSHServer, _ shelf: Shelf, _ name: String) throws -> Target {
    try server.folder.write(shelf.authorized, to: "authorized_keys")
    chmod(server.folder.file("authorized_keys"), 0o644)
    return Target(
      port: server.port, user: server.user, knownHosts: server.knownHosts, folder: server.folder, name: name)
  }

  @Test func keysAreOfferedLikeSSH() throws {
    let shelf = try Shelf()
    let server = try SSHServer()
    try compare(Self.keys, shelf, try target(server, shelf, "sshd"))
  }

  @Test func namesHaveTheSameMeaningAsInSSH() throws {
    let shelf = try Shelf()
    let server = try SSHServer()
    let target = try target(server, shelf, "sshd")
    let line = try server.folder.read("known_hosts")
    let key = try server.folder.read("host_key.pub")
    for name in ["known_127.0.0.1", "known%hosts", "hashed_hosts"] { try server.folder.write(line, to: name) }
    _ = try run("ssh-keygen", ["-q", "-H", "-f", server.folder.file("hashed_hosts")])
    try server.folder.write(
      "[127.0.0.1]:\(server.port) " + (try server.folder.read("user_key.pub")), to: "other_hosts")
    try server.folder.write("@revoked * \(key)" + line, to: "revoked_hosts")
    try server.folder.write("the-alias \(key)", to: "alias_hosts")
    try server.folder.write("none \(key)", to: "none_hosts")
    try server.folder.write("Host tethys\nIdentityFile \(shelf.folder.file("good"))\n", to: "included")
    try compare([Case(true, "IdentityFile @keys/good")] + Self.tokens + Self.names, shelf, target)
  }

  @Test(arguments: [
    (
      ["MaxAuthTries 2"],
      [
        Case(true, "IdentityFile @keys/bad1\nIdentityFile @keys/good"),
        Case(false, "IdentityFile @keys/bad1\nIdentityFile @keys/bad2\nIdentityFile @keys/good"),
        Case(false, "IdentityFile @keys/good\nIdentitiesOnly no", .few),
        Case(true, "IdentityFile @keys/only\nIdentitiesOnly no", .holder),
      ]
    ),
    (
      ["AuthenticationMethods publickey,publickey"],
      [
        Case(false, "IdentityFile @keys/good"),
        Case(true, "IdentityFile @keys/good\nIdentityFile @keys/ecdsa"),
        Case(
          true,
          "IdentityFile @keys/bad1\nIdentityFile @keys/good\nIdentityFile @keys/bad2\nIdentityFile @keys/ecdsa"
        ),
        Case(false, "IdentityFile @keys/good\nIdentityFile @keys/good"),
        Case(true, "IdentityFile @keys/good\nIdentityFile @keys/only.pub", .holder),
      ]
    ),
    (
      ["AuthenticationMethods publickey,password publickey,publickey", "PasswordAuthentication yes"],
      [Case(false, "IdentityFile @keys/good"), Case(true, "IdentityFile @keys/good\nIdentityFile @keys/pem")]
    ),
    (["PubkeyAuthentication no", "PasswordAuthentication yes"], [Case(false, "IdentityFile @keys/good")]),
    (
      ["PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256"],
      [
        Case(false, "IdentityFile @keys/good"),
        Case(true, "IdentityFile @keys/good\nIdentityFile @keys/ecdsa"),
      ]
    ),
  ])
  func serverRequirementsHaveTheSameResultAsInSSH(_ options: [String], _ cases: [Case]) throws {
    let shelf = try Shelf()
    let server = try SSHServer(options: options)
    try compare(cases, shelf, try target(server, shelf, options.joined(separator: ", ")))
  }

  @Test(.enabled(if: DropbearServer.isAvailable, Comment(rawValue: DropbearServer.reason)))
  func dropbearHasTheSameResultAsInSSH() throws {
    let shelf = try Shelf()
    let server = try DropbearServer(keys: shelf.authorized)
    let target = Target(
      port: server.port, user: server.user, knownHosts: server.knownHosts, folder: server.folder,
      name: "dropbear")
    try compare(
      [
        Case(true, "IdentityFile @keys/good"), Case(true, "IdentityFile @keys/ecdsa"),
        Case(true, "IdentityFile @keys/pem"),
        Case(false, "IdentityFile @keys/bad1"), Case(true, "\(Self.bad(5))\nIdentityFile @keys/good"),
        Case(true, "IdentityFile @keys/only.pub", .holder), Case(true, "IdentityFile @keys/enc", .holder),
        Case(true, "IdentityFile @keys/last\nIdentitiesOnly no", .crowd),
        Case(true, "IdentityFile @keys/missing\nIdentitiesOnly no", .crowd),
        Case(false, "IdentityFile @keys/missing\nIdentitiesOnly no", .few),
        Case(false, "IdentityFile @keys/enc"),
        Case(false, "IdentityFile @keys/good\nUser nobody-here"),
      ], shelf, target)
  }
}
