import GuardTypes

/// The rules about the objects, files and servers in the arguments of kubectl, helm and flux.
enum ObjectPolicy {
  /// The API server's own port. The local end of the forward has another port.
  static let serverPort = String(StandardForward.target.port)
  /// Files that only the control plane has, with credentials of its administrator.
  static let serverKubeconfig = KubeconfigAdvice.serverFile

  static func effect(_ program: String, _ tool: ToolPolicy, _ words: [String]) -> CommandEffect {
    let own = Array(words.prefix { $0 != "--" })
    if tool.names.contains("etcdctl") { return etcd(program, own, tool) }
    guard tool.names.contains("kubectl") else {
      return ["helm", "flux"].contains(where: tool.names.contains) ? server(program, own) : .none
    }
    let verbs = tool.verbs(in: own[...]).map(\.word)
    let rest = verbs.dropFirst()
    let effect: CommandEffect
    switch verbs.first {
    case "get"
    where values(own).contains(where: SecretFormat.showsValues) && rest.contains(where: namesSecrets):
      effect = .restricted(Restriction(.credentials, "\(program) get secret -o"))
    case "apply" where rest.first == "view-last-applied" && rest.contains(where: namesSecrets):
      effect = .restricted(Restriction(.credentials, "\(program) apply view-last-applied secret"))
    case "config"
    where (rest.first == "set" || rest.first == "set-cluster") && own.contains(where: isOtherServer):
      effect = .restricted(Restriction(.otherServer, "\(program) config \(rest.first ?? "set") of a server"))
    case "get" where own.contains(where: { $0.contains("/secrets") && $0.contains("/api/") }):
      effect = .restricted(Restriction(.credentials, "\(program) get --raw"))
    case "config" where rest.first == "view" && own.contains(where: isSet("--raw")):
      effect = .restricted(Restriction(.credentials, "\(program) config view --raw"))
    case "config" where rest.first == "view" && own.contains(where: isSet("--flatten")):
      effect = .restricted(Restriction(.credentials, "\(program) config view --flatten"))
    case "set" where rest.first == "env" && own.contains(where: isSet("--resolve")):
      effect = .restricted(Restriction(.credentials, "\(program) set env --resolve"))
    case "cp" where rest.last?.contains(where: { $0 == ":" || $0 == .computed }) == true:
      effect = .restricted(Restriction(.container, "\(program) cp"))
    case "cp" where rest.contains(where: { $0.contains("/secrets") || $0.contains("serviceaccount") }):
      effect = .restricted(Restriction(.credentials, "\(program) cp of a Secret's files"))
    default: effect = .none
    }
    return effect.or(server(program, own, isKubectl: true))
  }

  /// `secret`, `secrets/web`, `pods,secrets.v1.`
  private static func namesSecrets(_ word: String) -> Bool {
    word.split(separator: ",").contains { kind in
      ["secret", "secrets"].contains(kind.prefix { $0 != "/" && $0 != "." }.lowercased())
    }
  }

  /// True for an option without a value, or with one that pflag takes for true.
  private static func isSet(_ option: String) -> (String) -> Bool {
    { word in
      guard word.hasPrefix(option) else { return false }
      let value = word.dropFirst(option.count)
      return value.isEmpty || ["=1", "=t", "=true"].contains(value.lowercased())
    }
  }

  /// The values of the output option. In `-Ao yaml` it is the last of several short ones.
  private static func values(_ words: [String]) -> [String] {
    var values: [String] = []
    for (index, word) in words.enumerated() {
      if ["-o", "--output", "--template"].contains(word), index + 1 < words.count {
        values.append(words[index + 1])
      } else if word.hasPrefix("--output=") || word.hasPrefix("--template=") {
        values.append(String(word.drop { $0 != "=" }.dropFirst()))
      } else if let rest = word.prefixMatch(of: /-[AwR]*o=?/).map({ word[$0.range.upperBound...] }) {
        values.append(rest.isEmpty ? index + 1 < words.count ? words[index + 1] : "" : String(rest))
      }
    }
    return values
  }

  /// etcd holds the values of Secrets. A prefix of their keys reads them too.
  private static func etcd(_ program: String, _ words: [String], _ tool: ToolPolicy) -> CommandEffect {
    let verbs = tool.verbs(in: words[...]).map(\.word)
    guard let place = verbs.firstIndex(of: "get") ?? verbs.firstIndex(of: "watch"),
      !words.contains("--keys-only"), !words.contains("--count-only")
    else { return .none }
    let secrets = "/registry/secrets"
    let isRange = words.contains { $0.hasPrefix("--prefix") || $0.hasPrefix("--from-key") }
    let key = place + 1 < verbs.count ? verbs[place + 1] : ""
    // Without a prefix, two keys are a range.
    let isWide = isRange ? secrets.hasPrefix(key) : place + 2 < verbs.count && key < secrets
    guard key.hasPrefix(secrets) || key.isComputed || isWide else { return .none }
    return .restricted(Restriction(.credentials, "\(program) get of Secrets"))
  }

  /// A value for the server of a kubeconfig that is not the local end of the tunnel.
  private static func isOtherServer(_ word: String) -> Bool {
    guard let range = word.firstRange(of: "://") else { return false }
    let host = word[range.upperBound...].prefix { !"/?#".contains($0) }
    return isServer(String(host)) || !isLocal(host)
  }

  private static func isLocal(_ host: Substring) -> Bool {
    // The host is behind the user information (RFC 3986 §3.2.1).
    !host.contains("@")
      && ["127.0.0.1", "localhost", "[::1]"].contains { host == $0 || host.hasPrefix($0 + ":") }
  }

  /// An option that names a server other than the local end of a forward.
  ///
  /// - Parameter isKubectl: true if `-s` names a server. `helm template -s` names a file.
  private static func server(_ program: String, _ words: [String], isKubectl: Bool = false) -> CommandEffect {
    for (index, word) in words.enumerated() {
      let isAttached = isKubectl && word.hasPrefix("-s") && word.count > 2
      let parts =
        isAttached
        ? ["-s", String(word.dropFirst(2).drop { $0 == "=" })]
        : word.split(separator: "=", maxSplits: 1).map(String.init)
      let value = parts.count > 1 ? parts[1] : index + 1 < words.count ? words[index + 1] : ""
      switch parts.first {
      case "--server", "--kube-apiserver", "--kube-server":
        if isForeign(value) { return .restricted(Restriction(.otherServer, "\(program) --server")) }
      case "-s":
        let isOther = isKubectl || value.contains("://") ? isForeign(value) : isServer(value)
        if isOther { return .restricted(Restriction(.otherServer, "\(program) --server")) }
      case "--kubeconfig":
        if value.hasSuffix(serverKubeconfig) {
          return .restricted(Restriction(.otherServer, "\(program) --kubeconfig \(serverKubeconfig)"))
        }
      default: continue
      }
    }
    return .none
  }

  /// True for an address that is not on this machine, or has the port of the API server.
  private static func isForeign(_ address: String) -> Bool {
    guard !address.isEmpty, !address.isComputed else { return false }
    return isOtherServer(address.contains("://") ? address : "https://\(address)")
  }

  /// True for an address with the port of the API server.
  private static func isServer(_ address: String) -> Bool {
    let host = address.split(separator: "/").first { !$0.hasSuffix(":") } ?? ""
    return host.hasSuffix(":\(serverPort)")
  }

  /// True if a text names the API of a cluster: a port of the API or of a forward to it, its name in the cluster, or a
  /// path that only Kubernetes has. Prometheus, Loki and others also begin their paths with `/api/v1`.
  static func isAPI(_ text: String) -> Bool {
    guard text.contains("/api") || text.contains(":") || text.contains("kubernetes") else { return false }
    return [
      ":\(serverPort)", ":\(StandardForward.listen.port)", "kubernetes.default", "localhost:8001",
      "127.0.0.1:8001", "[::1]:8001",
    ]
    .contains(where: text.contains)
      || text.firstMatch(
        of:
          /\/api\/v1\/(watch|namespaces|nodes|pods|secrets|services|serviceaccounts|configmaps|events|endpoints|persistentvolume|replicationcontrollers|resourcequotas|limitranges|podtemplates|bindings|componentstatuses)/
      ) != nil
      || text.firstMatch(of: /\/apis\/[a-z0-9.]+\/v[0-9]/) != nil && !text.contains(".grafana.app/")
  }

  /// Paths of K3s and the kubelet. K3s applies manifests in one of these folders by itself.
  static let stateFolders = [
    "/var/lib/rancher", "/etc/rancher", "/var/lib/kubelet", "/etc/kubernetes", "/etc/systemd/system/k3s",
    "/etc/systemd/system/kubelet", "/lib/systemd/system/k3s", "/usr/local/bin/k3s", "/etc/cni",
    "/var/lib/etcd",
  ]

  static func isState(_ path: String) -> Bool {
    path.utf8.contains(UInt8(ascii: "/")) && stateFolders.contains(where: path.contains)
  }

  /// True for the guard's own socket, without which no client reaches it.
  static func isGuardSocket(_ path: String) -> Bool { path.hasSuffix("/oceanid/guard.sock") }

  /// Addresses of scripts that install K3s or a new version of it.
  static let installers = ["get.k3s.io", "get.rke2.io", "get.k0s.sh", "rancher-mirror.rancher.cn/k3s"]

  /// True for a file with credentials of the cluster's administrator or of a node.
  static func isCredential(_ path: String) -> Bool {
    path.contains(serverKubeconfig) || isKubeconfig(path)
      || path.contains("/var/lib/rancher/k3s/server/")
        && ["token", "/tls", "/cred"].contains(where: path.contains)
  }

  /// True for a kubeconfig of a user: `~/.kube/config` and other files beside it.
  static func isKubeconfig(_ path: String) -> Bool {
    guard let range = path.firstRange(of: ".kube/") else { return path.hasSuffix(".kube") }
    let file = path[range.upperBound...]
    return !file.hasPrefix("cache/") && !file.hasPrefix("http-cache/") && !file.hasPrefix("kuberc")
  }
}
