/// The answer of `ssh -G`: ssh_config keywords in lower case with their values.
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

  subscript(keyword: String) -> String? { values[keyword]?.first }

  func resolve(
    _ configuration: TunnelConfiguration, environment: LocalEnvironment
  ) throws(TunnelFailure) -> Resolution {
    let configFiles = environment.configFiles(configuration)
    // An option that changes the way to the host is refused by name, never passed over.
    for (keyword, name) in [("proxyjump", "ProxyJump"), ("proxycommand", "ProxyCommand")] {
      if let value = self[keyword], value != "none" {
        throw TunnelFailure(
          .config, "\(name) \(value) is set for \(configuration.host), and this version can't honour it",
          remedy:
            "use a host that is reached directly, or override it: Host \(configuration.host) / \(name) none",
          files: configFiles)
      }
    }
    guard let hostName = self["hostname"], let user = self["user"],
      let port = self["port"].flatMap(UInt16.init)
    else {
      throw TunnelFailure(
        .config, "ssh -G \(configuration.host) named no hostname, user and port",
        remedy: "try: ssh -G \(configuration.host)", files: configFiles)
    }
    let tokens = Tokens(
      home: environment.home, localUser: environment.localUser, hostName: hostName, alias: configuration.host,
      user: user, port: port)
    let listed =
      configuration.identityFiles.isEmpty ? values["identityfile"] ?? [] : configuration.identityFiles
    let knownHosts =
      configuration.knownHostsFiles.isEmpty
      ? ["userknownhostsfile", "globalknownhostsfile"].flatMap {
        (self[$0] ?? "").split(separator: " ").map(String.init)
      }
      : configuration.knownHostsFiles
    let seconds = self["connecttimeout"].flatMap(Int.init)
    return Resolution(
      hostName: hostName, user: user, port: port, identityFiles: listed.map(tokens.expand),
      identitiesOnly: self["identitiesonly"] == "yes" || !configuration.identityFiles.isEmpty,
      agentSocket: agentSocket(environment, tokens),
      knownHostsFiles: knownHosts.filter { $0 != "none" }.map(tokens.expand),
      hostKeyName: self["hostkeyalias"] ?? hostName,
      connectTimeout: seconds.map { .seconds($0) } ?? .seconds(10),
      configFiles: configFiles)
  }

  private func agentSocket(_ environment: LocalEnvironment, _ tokens: Tokens) -> String? {
    switch self["identityagent"] {
    case "none": nil
    case nil, "SSH_AUTH_SOCK": environment.agentSocket
    case let path?: tokens.expand(path)
    }
  }
}

/// The tokens of ssh_config(5), TOKENS, that can stand in a file's name, and the tilde.
private struct Tokens {
  let home: String
  let localUser: String
  let hostName: String
  let alias: String
  let user: String
  let port: UInt16

  func expand(_ path: String) -> String {
    var result = ""
    var rest = path[...]
    if rest == "~" || rest.hasPrefix("~/") {
      result = home
      rest = rest.dropFirst()
    }
    while let character = rest.popFirst() {
      guard character == "%", let token = rest.popFirst() else {
        result.append(character)
        continue
      }
      switch token {
      case "%": result.append("%")
      case "d": result += home
      case "h": result += hostName
      case "n": result += alias
      case "p": result += String(port)
      case "r": result += user
      case "u": result += localUser
      default: result += "%\(token)"
      }
    }
    return result
  }
}
