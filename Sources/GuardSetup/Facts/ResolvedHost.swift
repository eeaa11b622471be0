/// A host as `ssh -G` describes it.
package struct ResolvedHost: Hashable, Sendable {
  let hostName: String
  let user: String
  let port: String
  let hostKeyAlias: String?
  /// ProxyJump
  let jump: String?
  /// The value of ProxyJump, otherwise of ProxyCommand.
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
    func value(_ key: Substring) -> String? { values[key]?.first.flatMap { $0 == "none" ? nil : $0 } }
    guard let name = values["hostname"]?.first, let user = values["user"]?.first, let port = value("port")
    else { return nil }
    // For these options `none` is not special, so they are read without `value(_:)`.
    hostName = name
    self.user = user
    self.port = port
    hostKeyAlias = values["hostkeyalias"]?.first
    jump = value("proxyjump")
    proxy = jump ?? value("proxycommand")
    identityFiles = values["identityfile"] ?? []
    identitiesOnly = value("identitiesonly") == "yes"
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
