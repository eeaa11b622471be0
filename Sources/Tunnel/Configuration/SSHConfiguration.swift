internal import GuardTypes
internal import Platform
internal import SSH

extension LocalEnvironment {
  /// The step that gives this process a variable of the user's shell.
  fileprivate func stepToGive(_ variable: String) -> String {
    switch service {
    case .user(let unit):
      "systemctl --user import-environment \(variable.shellWord) && systemctl --user restart \(unit.shellWord); or write the path without it"
    case .system(let unit):
      "write the path without it, or add Environment=\(variable)=… under [Service] in: systemctl edit \(unit.shellWord)"
    case nil: "start the guard with \(variable), or write the path without it"
    }
  }
}

/// The answer of `ssh -G`: ssh_config keywords in lower case, with their values.
///
/// The options that are not read here do not affect a forward, or could only make it less strict. Host keys are always
/// checked as with `StrictHostKeyChecking yes`. `CheckHostIP`, `VerifyHostKeyDNS`, `UpdateHostKeys` and
/// `NoHostAuthenticationForLocalhost` neither add nor excuse a key. Passwords and shared connections (`ControlMaster`)
/// are never used. `CanonicalizeHostname` is applied before `ssh -G` answers.
struct SSHConfiguration {
  private let values: [String: [String]]
  /// The values of tokens, as reported by ssh.
  private var tokens: [Character: String]
  /// The files that ssh read.
  private var files: [String] = []
  private var includes: [String] = []
  private var notes: [String] = []

  init(_ answer: ConfigurationAnswer) {
    self.init(output: answer.output)
    files = answer.files
    includes = answer.includes
    notes = answer.notes
  }

  init(output: String) {
    var values: [String: [String]] = [:]
    for line in output.split(whereSeparator: \.isNewline) where !ConfigurationAnswer.isDebugging(line) {
      guard let space = line.firstIndex(of: " ") else { continue }
      values[line[..<space].lowercased(), default: []].append(String(line[line.index(after: space)...]))
    }
    self.values = values
    self.tokens = values["controlpath"]?.first.map(TokenQuery.usual.values) ?? [:]
  }

  /// Adds the token values of a further answer.
  mutating func add(_ query: TokenQuery, _ answer: SSHConfiguration) {
    guard let path = answer.values["controlpath"]?.first else { return }
    tokens.merge(query.values(path)) { $1 }
  }

  /// The tokens in key file names whose values are not known yet.
  func unknownTokens(_ configuration: TunnelConfiguration, _ environment: LocalEnvironment) -> [Character] {
    let known = expansion(configuration, environment)
    let paths = configuration.identityFiles.isEmpty ? all("identityfile") : configuration.identityFiles
    var unknown: Set<Character> = []
    for path in paths {
      do throws(ConfigurationTokens.ExpansionError) { _ = try known.expand(path: path) } catch {
        if let token = error.token { unknown.insert(token) }
      }
    }
    return unknown.sorted()
  }

  /// If ssh did not report the tokens, their values are taken from its other options.
  private func expansion(
    _ configuration: TunnelConfiguration, _ environment: LocalEnvironment
  ) -> ConfigurationTokens {
    let alias = configuration.host
    let derived: [Character: String] = [
      "d": environment.home, "h": literal("hostname") ?? alias, "k": literal("hostkeyalias") ?? alias,
      "n": alias, "p": self["port"] ?? "", "r": literal("user") ?? "", "u": environment.localUser,
    ]
    return ConfigurationTokens(environment: environment, values: derived.merging(tokens) { $1 })
  }

  /// The first value; nil if there is none. For options to which `none` is a value like any other.
  private func literal(_ keyword: String) -> String? { values[keyword]?.first }

  /// The first value; nil if there is none or it is `none`.
  subscript(keyword: String) -> String? { values[keyword]?.first.flatMap { $0 == "none" ? nil : $0 } }

  /// All values except `none`.
  func all(_ keyword: String) -> [String] { (values[keyword] ?? []).filter { $0.lowercased() != "none" } }

  func resolve(
    _ configuration: TunnelConfiguration, environment: LocalEnvironment
  ) throws(TunnelFailure) -> Resolution {
    let configFiles =
      files + environment.configFiles(configuration).filter { !files.contains($0) }
      + includes.filter { !files.contains($0) }
    try refuse(configuration.host, configFiles)
    guard let hostName = literal("hostname"), let user = literal("user"),
      let port = self["port"].flatMap(UInt16.init)
    else {
      throw TunnelFailure(
        .config, "ssh -G \(configuration.host) named no hostname, user and port",
        remedy: "see what ssh_config says of the host", files: configFiles)
    }
    let hostKeyName = literal("hostkeyalias") ?? hostName
    let tokens = expansion(configuration, environment)
    let seconds = self["connecttimeout"].flatMap(Int.init)
    let alive = self["serveraliveinterval"].flatMap(Int.init) ?? 0
    return Resolution(
      hostName: hostName, user: user, port: port,
      addressFamily: self["addressfamily"].flatMap(Resolution.AddressFamily.init) ?? .any,
      bindAddress: literal("bindaddress").flatMap { $0 == "*" ? nil : $0 },
      proxyJump: try jumps(configuration, tokens, configFiles),
      proxyCommand: self["proxycommand"].map { "exec " + tokens.expand(command: $0) },
      connectTimeout: seconds.flatMap { $0 > 0 ? .seconds($0) : nil } ?? .seconds(10),
      identityFiles: try identityFiles(configuration, tokens, configFiles),
      identitiesOnly: self["identitiesonly"] == "yes" || !configuration.identityFiles.isEmpty,
      agentSocket: agentSocket(environment), allowsAgents: allowsAgents,
      publicKeyAlgorithms: self["pubkeyacceptedalgorithms"].map {
        Set($0.split(separator: ",").map(String.init))
      },
      passphraseFile: try passphraseFile(configuration, environment),
      credentialsDirectory: environment.credentialsDirectory,
      certificateFiles: all("certificatefile").map { (try? tokens.expand(path: $0)) ?? $0 },
      keyNotes: keyNotes,
      knownHostsFiles: try knownHostsFiles(configuration, tokens),
      userKnownHostsFile: try configuration.knownHostsFiles.isEmpty
        ? paths("userknownhostsfile").first : knownHostsFiles(configuration, tokens).first,
      // OpenSSH 9.8 and later print it expanded.
      revokedHostKeysFiles: paths("revokedhostkeys").map { path in
        (try? tokens.expand(path: path)) ?? path
      },
      hostKeyName: hostKeyName, hostKeyPort: literal("hostkeyalias") == nil ? port : 22,
      algorithms: try algorithms(configuration.host, configFiles),
      serverAliveInterval: alive > 0 ? .seconds(alive) : nil,
      serverAliveCountMax: self["serveralivecountmax"].flatMap(Int.init) ?? 3,
      alias: configuration.host, sshArguments: configuration.sshArguments, asOwner: environment.asOwner,
      service: environment.service, configFiles: configFiles,
      notes: notes, asksForHostKeys: !["yes", "true"].contains(self["stricthostkeychecking"]),
      skipsLoopbackHostKeys: self["nohostauthenticationforlocalhost"] == "yes",
      missingAgentVariable: agentVariable.flatMap { environment.variables[$0]?.isEmpty == false ? nil : $0 })
  }

  private func jumps(
    _ configuration: TunnelConfiguration, _ tokens: ConfigurationTokens, _ configFiles: [String]
  ) throws(TunnelFailure) -> [JumpHost] {
    var jumps: [JumpHost] = []
    for text in JumpHost.unquoted(self["proxyjump"] ?? "").split(separator: ",") {
      guard let jump = (try? tokens.expand(String(text))).flatMap({ JumpHost($0) }) else {
        throw TunnelFailure(
          .config, "ProxyJump of \(configuration.host) names '\(text)', which is no [user@]host[:port]",
          remedy: "correct ProxyJump in ssh_config",
          files: configFiles
        )
      }
      jumps.append(jump)
    }
    return jumps
  }

  /// Expands the paths in guard.yaml. `credential:NAME` is a file of the service manager, and `~` is the home of the
  /// environment.
  private func own(_ entries: [String], _ tokens: ConfigurationTokens) throws(TunnelFailure) -> [String] {
    var paths: [String] = []
    for entry in entries {
      if let name = SecretSource.credentialName(in: entry) {
        paths.append(try tokens.environment.credential(name))
      } else {
        paths.append((try? tokens.expand(path: entry, home: tokens.environment.home)) ?? entry)
      }
    }
    return paths
  }

  private func identityFiles(
    _ configuration: TunnelConfiguration, _ tokens: ConfigurationTokens, _ configFiles: [String]
  ) throws(TunnelFailure) -> [String] {
    guard configuration.identityFiles.isEmpty else { return try own(configuration.identityFiles, tokens) }
    var paths: [String] = []
    for path in all("identityfile") {
      do throws(ConfigurationTokens.ExpansionError) { paths.append(try tokens.expand(path: path)) } catch {
        throw TunnelFailure(
          .config, "IdentityFile \(path) of \(configuration.host) can't be expanded: \(error.reason)",
          remedy: error.variable.map(tokens.environment.stepToGive)
            ?? "correct it in ssh_config; its tokens are listed in: man ssh_config", files: configFiles)
      }
    }
    return paths
  }

  /// ssh has expanded the user's paths from ssh_config. It expands the tilde of the global ones later (ssh.c).
  private func knownHostsFiles(
    _ configuration: TunnelConfiguration, _ tokens: ConfigurationTokens
  ) throws(TunnelFailure) -> [String] {
    guard configuration.knownHostsFiles.isEmpty else { return try own(configuration.knownHostsFiles, tokens) }
    return paths("userknownhostsfile")
      + paths("globalknownhostsfile").map {
        (try? tokens.expandTilde($0)) ?? $0
      }
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

  /// ssh separates several paths by spaces and does not quote a space inside a path. So a piece that begins no absolute
  /// path belongs to the one before, unless that is a file by itself: `/dev/null other`.
  private func paths(_ keyword: String) -> [String] {
    var paths: [String] = []
    for piece in (self[keyword] ?? "").split(separator: " ", omittingEmptySubsequences: false) {
      if let last = paths.last, let first = piece.first, !"/~%$".contains(first),
        SmallFile.exists("\(last) \(piece)") || !isFile(last)
      {
        paths[paths.count - 1] = "\(last) \(piece)"
      } else if !piece.isEmpty {
        paths.append(String(piece))
      }
    }
    return paths
  }

  /// True for anything but a folder.
  private func isFile(_ path: String) -> Bool { SmallFile.exists(path) && !SmallFile.exists(path + "/.") }

  private var allowsAgents: Bool { values["identityagent"]?.first != "none" }

  private func agentSocket(_ environment: LocalEnvironment) -> String? {
    guard let value = values["identityagent"]?.first, value != "SSH_AUTH_SOCK" else {
      return environment.agentSocket
    }
    guard allowsAgents else { return nil }
    if let agentVariable { return environment.variables[agentVariable].flatMap { $0.isEmpty ? nil : $0 } }
    return value
  }

  /// `$NAME` alone is the name of a variable that holds the path (ssh_config(5), IdentityAgent).
  private var agentVariable: String? {
    values["identityagent"]?.first.flatMap {
      $0.hasPrefix("$") && !$0.hasPrefix("${") ? String($0.dropFirst()) : nil
    }
  }

  private var keyNotes: [String] {
    let internals = ["internal", "$SSH_SK_PROVIDER"]
    return [
      self["pkcs11provider"].map {
        "PKCS11Provider \($0): keys of tokens \(allowsAgents ? "are used only through an agent" : "can't be used with libssh2")"
      },
      self["securitykeyprovider"].flatMap {
        internals.contains($0) ? nil : "SecurityKeyProvider \($0): security keys can't be used with libssh2"
      },
    ].compactMap(\.self)
  }
}

// Checks for options of ssh_config that are not supported, or only in part.

extension SSHConfiguration {
  /// Rejects options that change which servers are trusted, which user logs in, or from which address. Ignoring them
  /// would be unsafe.
  func refuse(_ host: String, _ configFiles: [String]) throws(TunnelFailure) {
    func refuse(_ option: String, _ why: String, _ instead: String) throws(TunnelFailure) {
      throw TunnelFailure(
        .config, "\(option) is set for \(host), and \(why)",
        remedy: "override it: Host \(host) / \(instead)", files: configFiles)
    }
    // `none` is a name like any other for these two.
    if let value = literal("bindinterface") {
      throw TunnelFailure(
        .config, "BindInterface \(value) is set for \(host), and the guard binds to addresses only",
        remedy: "leave it out for this host, or use BindAddress", files: configFiles)
    }
    if self["proxycommand"] != nil, self["proxyusefdpass"] == "yes" {
      try refuse(
        "ProxyUseFdpass yes", "the guard talks to a ProxyCommand over its standard input and output",
        "ProxyUseFdpass no")
    }
    if let value = self["knownhostscommand"] {
      try refuse(
        "KnownHostsCommand \(value)", "the guard takes host keys from files only", "KnownHostsCommand none")
    }
    if let value = self["pubkeyauthentication"], ["no", "false"].contains(value) {
      try refuse(
        "PubkeyAuthentication no", "the guard logs in with keys and nothing else", "PubkeyAuthentication yes")
    }
    if let value = literal("preferredauthentications"),
      !value.split(separator: ",").contains("publickey")
    {
      try refuse(
        "PreferredAuthentications \(value)", "the guard logs in with keys and nothing else",
        "PreferredAuthentications publickey")
    }
  }

  /// ssh_config can remove algorithms from those that the guard offers, and change their order.
  func algorithms(
    _ host: String, _ configFiles: [String]
  ) throws(TunnelFailure) -> Algorithms.Offer {
    // Lists are compared with what this libssh2 supports, so that the error names the option.
    let supported = SSHLibrary.supported
    var offer = Algorithms.Offer.all
    let lists: [(String, String, WritableKeyPath<Algorithms.Offer, [String]>)] = [
      ("hostkeyalgorithms", "HostKeyAlgorithms", \.hostKeys),
      ("kexalgorithms", "KexAlgorithms", \.keyExchange),
      ("ciphers", "Ciphers", \.ciphers), ("macs", "MACs", \.macs),
    ]
    for (keyword, name, list) in lists {
      guard let value = self[keyword] else { continue }
      let names = value.split(separator: ",").map(String.init)
      let all = supported[keyPath: list]
      let allowed = Algorithms.allowed(by: names, of: offer[keyPath: list])
      offer[keyPath: list] = allowed.names
      if list == \.hostKeys { offer.keepsHostKeyOrder = allowed.isChosen }
      if !all.contains(where: names.contains) {
        throw TunnelFailure(
          .config,
          "\(name) \(value) is set for \(host), and the guard (libssh2 \(SSHLibrary.version)) uses none of these",
          remedy: "override it: Host \(host) / \(name) +\(all.first ?? "")", files: configFiles)
      }
    }
    return offer
  }
}
