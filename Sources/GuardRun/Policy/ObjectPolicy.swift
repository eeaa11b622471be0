/// The rules about the objects, files and servers in the arguments of kubectl, helm and flux.
enum ObjectPolicy {
  /// The port of the API server itself, from which the guard's forward leads away.
  static let serverPort = "6443"
  /// Files that only the control plane has, with credentials of its administrator.
  static let serverKubeconfig = "/etc/rancher/k3s/k3s.yaml"

  static func effect(_ program: String, _ tool: ToolPolicy, _ words: [String]) -> CommandEffect {
    let own = Array(words.prefix { $0 != "--" })
    guard tool.names.contains("kubectl") else {
      return ["helm", "flux"].contains(where: tool.names.contains) ? server(program, own) : .none
    }
    let verbs = tool.verbs(in: own[...]).map(\.word)
    let rest = verbs.dropFirst()
    let effect: CommandEffect
    switch verbs.first {
    case "get" where values(own).contains(where: showsValues) && rest.contains(where: namesSecrets):
      effect = .restricted(Restriction(.credentials, "\(program) get secret -o"))
    case "get" where own.contains(where: { $0.contains("/secrets") && $0.contains("/api/") }):
      effect = .restricted(Restriction(.credentials, "\(program) get --raw"))
    case "config" where rest.first == "view" && own.contains(where: { $0 == "--raw" || $0 == "--raw=true" }):
      effect = .restricted(Restriction(.credentials, "\(program) config view --raw"))
    case "cp" where rest.last?.contains(where: { $0 == ":" || $0 == .computed }) == true:
      effect = .restricted(Restriction(.container, "\(program) cp"))
    default: effect = .none
    }
    return effect.or(server(program, own))
  }

  /// `secret`, `secrets/web`, `pods,secrets.v1.`
  private static func namesSecrets(_ word: String) -> Bool {
    word.split(separator: ",").contains { kind in
      ["secret", "secrets"].contains(kind.prefix { $0 != "/" && $0 != "." }.lowercased())
    }
  }

  /// The values of the output option.
  private static func values(_ words: [String]) -> [String] {
    var values: [String] = []
    for (index, word) in words.enumerated() {
      if ["-o", "--output", "--template"].contains(word), index + 1 < words.count {
        values.append(words[index + 1])
      } else if word.hasPrefix("--output=") || word.hasPrefix("--template=") {
        values.append(String(word.drop { $0 != "=" }.dropFirst()))
      } else if word.hasPrefix("-o"), word.count > 2 {
        values.append(String(word.dropFirst(word.hasPrefix("-o=") ? 3 : 2)))
      }
    }
    return values
  }

  /// True if the output format shows more than names, types and ages.
  private static func showsValues(_ format: String) -> Bool {
    if ["wide", "name"].contains(format) { return false }
    guard let path = format.firstIndex(of: "=") else { return true }
    let fields = format[path...].replacing("metadata", with: "\u{1}")
    return fields.contains("data") || !["\u{1}", "type", "kind"].contains(where: fields.contains)
  }

  /// An option that names the API server itself instead of the forward.
  private static func server(_ program: String, _ words: [String]) -> CommandEffect {
    for (index, word) in words.enumerated() {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      let value = parts.count > 1 ? parts[1] : index + 1 < words.count ? words[index + 1] : ""
      switch parts.first {
      case "--server", "-s", "--kube-apiserver", "--kube-server":
        if isServer(value) { return .restricted(Restriction(.otherServer, "\(program) --server")) }
      case "--kubeconfig":
        if value.hasSuffix(serverKubeconfig) {
          return .restricted(Restriction(.otherServer, "\(program) --kubeconfig \(serverKubeconfig)"))
        }
      default: continue
      }
    }
    return .none
  }

  /// True for an address with the port of the API server.
  private static func isServer(_ address: String) -> Bool {
    let host = address.split(separator: "/").first { !$0.hasSuffix(":") } ?? ""
    return host.hasSuffix(":\(serverPort)")
  }

  /// True if a text names the API of a cluster: its port, the port of a forward, or a path of its API.
  static func isAPI(_ text: String) -> Bool {
    [":6443", ":16443", "/api/v1/", "/apis/", "kubernetes.default"].contains(where: text.contains)
  }

  /// Paths of K3s and the kubelet. K3s applies manifests in one of these folders by itself.
  static let stateFolders = ["/var/lib/rancher", "/etc/rancher", "/var/lib/kubelet", "/etc/kubernetes"]

  static func isState(_ path: String) -> Bool { stateFolders.contains(where: path.contains) }

  /// True for a file with credentials of the cluster's administrator or of a node.
  static func isCredential(_ path: String) -> Bool {
    path.contains(serverKubeconfig)
      || path.contains("/var/lib/rancher/k3s/server/")
        && ["token", "/tls/", "/cred/"].contains(where: path.contains)
  }
}
