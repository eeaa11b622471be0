/// A host as `ssh -G` describes it.
package struct ResolvedHost: Hashable, Sendable {
  let hostName: String
  let user: String
  let port: String
  let hostKeyAlias: String?
  /// ProxyJump
  let jump: String?
  /// ProxyJump or ProxyCommand, as one value of ssh_config.
  let proxy: String?
  let identityFiles: [String]
  /// `IdentitiesOnly yes`: keys that only the agent has are not offered.
  let identitiesOnly: Bool
  /// `none`, a path, or `SSH_AUTH_SOCK`.
  let identityAgent: String?
  let knownHosts: [String]

  /// nil if the output has no host name.
  init?(_ output: String) {
    var values: [Substring: [String]] = [:]
    for line in output.split(separator: "\n") {
      guard let space = line.firstIndex(of: " ") else { continue }
      values[line[..<space], default: []].append(String(line[line.index(after: space)...]))
    }
    func one(_ key: Substring) -> String? { values[key]?.first.flatMap { $0 == "none" ? nil : $0 } }
    // To these options, `none` is a value like any other.
    guard let name = values["hostname"]?.first, let user = values["user"]?.first, let port = one("port")
    else { return nil }
    hostName = name
    self.user = user
    self.port = port
    hostKeyAlias = values["hostkeyalias"]?.first
    jump = one("proxyjump")
    proxy = jump ?? one("proxycommand")
    identityFiles = values["identityfile"] ?? []
    identitiesOnly = one("identitiesonly") == "yes"
    identityAgent = values["identityagent"]?.first
    knownHosts = ["userknownhostsfile", "globalknownhostsfile"].flatMap { key in
      (values[Substring(key)] ?? []).flatMap { $0.split(separator: " ").map(String.init) }
    }
  }

  /// The name of the host in known_hosts (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
  var knownName: String {
    let name = hostKeyAlias ?? hostName
    return port == "22" || hostKeyAlias != nil ? name : "[\(name)]:\(port)"
  }

  var shown: String { "\(user)@\(hostName)\(port == "22" ? "" : ", port \(port)")" }
}
