internal import SSH

/// The answer of `ssh -G`: ssh_config keywords in lower case with their values.
///
/// What is not read here has no bearing on a forward, or can only be stricter: host keys are checked as with
/// `StrictHostKeyChecking yes` whatever it says, `CheckHostIP`, `VerifyHostKeyDNS`, `UpdateHostKeys` and
/// `NoHostAuthenticationForLocalhost` add and excuse no key, passwords are never used, a shared connection
/// (`ControlMaster`) is never looked for, and `CanonicalizeHostname` has done its work before `ssh -G` answers.
struct SSHConfiguration {
  private let values: [String: [String]]

  init(output: String) {
    var values: [String: [String]] = [:]
    for line in output.split(whereSeparator: \.isNewline) {
      guard let space = line.firstIndex(of: " ") else { continue }
      values[line[..<space].lowercased(), default: []].append(String(line[line.index(after: space)...]))
    }
    self.values = values
  }

  /// The first value; nil where there is none, or `none`.
  subscript(keyword: String) -> String? { values[keyword]?.first.flatMap { $0 == "none" ? nil : $0 } }

  /// All values but `none`.
  func all(_ keyword: String) -> [String] { (values[keyword] ?? []).filter { $0 != "none" } }

  func resolve(
    _ configuration: TunnelConfiguration, environment: LocalEnvironment
  ) throws(TunnelFailure) -> Resolution {
    let configFiles = environment.configFiles(configuration)
    try refuse(configuration.host, configFiles)
    guard let hostName = self["hostname"], let user = self["user"],
      let port = self["port"].flatMap(UInt16.init)
    else {
      throw TunnelFailure(
        .config, "ssh -G \(configuration.host) named no hostname, user and port",
        remedy: "try: ssh -G \(configuration.host)", files: configFiles)
    }
    let hostKeyName = self["hostkeyalias"] ?? hostName
    let tokens = ConfigurationTokens(
      environment: environment, hostName: hostName, alias: configuration.host, user: user, port: port,
      hostKeyName: hostKeyName)
    let seconds = self["connecttimeout"].flatMap(Int.init)
    let alive = self["serveraliveinterval"].flatMap(Int.init) ?? 0
    return Resolution(
      hostName: hostName, user: user, port: port,
      addressFamily: self["addressfamily"].flatMap(Resolution.AddressFamily.init) ?? .any,
      bindAddress: self["bindaddress"].flatMap { $0 == "*" ? nil : $0 },
      proxyJump: try jumps(configuration, tokens, configFiles),
      proxyCommand: self["proxycommand"].map { "exec " + tokens.expand(command: $0) },
      connectTimeout: seconds.flatMap { $0 > 0 ? .seconds($0) : nil } ?? .seconds(10),
      identityFiles: try files(configuration.identityFiles, else: all("identityfile"), tokens),
      identitiesOnly: self["identitiesonly"] == "yes" || !configuration.identityFiles.isEmpty,
      agentSocket: agentSocket(environment, tokens),
      passphraseFile: try passphraseFile(configuration, environment),
      credentialsDirectory: environment.credentialsDirectory, keyNotes: keyNotes,
      knownHostsFiles: try files(configuration.knownHostsFiles, else: knownHosts, tokens),
      revokedHostKeysFile: self["revokedhostkeys"].map(tokens.expand(path:)),
      hostKeyName: hostKeyName, hostKeyPort: self["hostkeyalias"] == nil ? port : 22,
      algorithms: try algorithms(configuration.host, configFiles),
      serverAliveInterval: alive > 0 ? .seconds(alive) : nil,
      serverAliveCountMax: self["serveralivecountmax"].flatMap(Int.init) ?? 3,
      sshArguments: sshArguments(configuration), configFiles: configFiles)
  }

  private func sshArguments(_ configuration: TunnelConfiguration) -> String {
    var words: [String] = []
    if let file = configuration.sshConfig { words += ["-F", file] }
    if let user = configuration.user { words += ["-l", user] }
    if let port = configuration.port { words += ["-p", String(port)] }
    // A credential is for the service alone.
    let keys = configuration.identityFiles.filter { TunnelConfiguration.credential($0) == nil }
    if !keys.isEmpty { words += keys.flatMap { ["-i", $0] } + ["-o", "IdentitiesOnly=yes"] }
    // Where the accepted key is to be written; a credential can't be.
    if let file = configuration.knownHostsFiles.first, TunnelConfiguration.credential(file) == nil {
      words += ["-o", "UserKnownHostsFile=\(file)"]
    }
    return (words + [configuration.host]).joined(separator: " ")
  }

  private func jumps(
    _ configuration: TunnelConfiguration, _ tokens: ConfigurationTokens, _ configFiles: [String]
  ) throws(TunnelFailure) -> [JumpHost] {
    var jumps: [JumpHost] = []
    for text in (self["proxyjump"] ?? "").split(separator: ",") {
      guard let jump = JumpHost(tokens.expand(String(text))) else {
        throw TunnelFailure(
          .config, "ProxyJump of \(configuration.host) names '\(text)', which is no [user@]host[:port]",
          remedy: "mend ssh_config; try: ssh -G \(configuration.host) | grep -i proxyjump", files: configFiles
        )
      }
      jumps.append(jump)
    }
    return jumps
  }

  /// The guard's own list where it has one; there `credential:NAME` is a file of the service manager's.
  private func files(
    _ own: [String], else listed: [String], _ tokens: ConfigurationTokens
  ) throws(TunnelFailure) -> [String] {
    guard !own.isEmpty else { return listed.map(tokens.expand(path:)) }
    var paths: [String] = []
    for entry in own {
      if let name = TunnelConfiguration.credential(entry) {
        paths.append(try tokens.environment.credential(name))
      } else {
        paths.append(tokens.expand(path: entry))
      }
    }
    return paths
  }

  private func passphraseFile(
    _ configuration: TunnelConfiguration, _ environment: LocalEnvironment
  ) throws(TunnelFailure) -> String? {
    switch configuration.passphrase {
    case .credential(let name): try environment.credential(name)
    case .file(let path): path
    case nil: nil
    }
  }

  /// ssh prints several paths with spaces between, and a space in a path as it is. A piece that can't begin a path
  /// goes on with the one before it.
  private var knownHosts: [String] {
    ["userknownhostsfile", "globalknownhostsfile"].flatMap { keyword in
      var paths: [String] = []
      for piece in (self[keyword] ?? "").split(separator: " ", omittingEmptySubsequences: false) {
        if let last = paths.last, let first = piece.first, !"/~%$".contains(first) {
          paths[paths.count - 1] = "\(last) \(piece)"
        } else if !piece.isEmpty {
          paths.append(String(piece))
        }
      }
      return paths
    }
  }

  private func agentSocket(_ environment: LocalEnvironment, _ tokens: ConfigurationTokens) -> String? {
    guard let value = values["identityagent"]?.first, value != "SSH_AUTH_SOCK" else {
      return environment.agentSocket
    }
    if value == "none" { return nil }
    // `$NAME` alone is the name of a variable that holds the path (ssh_config(5), IdentityAgent).
    if value.hasPrefix("$"), !value.hasPrefix("${") {
      return environment.variables[String(value.dropFirst())].flatMap { $0.isEmpty ? nil : $0 }
    }
    return tokens.expand(path: value)
  }

  private var keyNotes: [String] {
    let internals = ["internal", "$SSH_SK_PROVIDER"]
    return [
      self["pkcs11provider"].map { "PKCS11Provider \($0): keys of tokens are used only through an agent" },
      self["securitykeyprovider"].flatMap {
        internals.contains($0) ? nil : "SecurityKeyProvider \($0): security keys can't be used with libssh2"
      },
    ].compactMap(\.self)
  }
}
