internal import Health

/// One thing that a poll asks.
enum Question: Hashable {
  case version
  case readiness
  /// Which of the server's checks fail, where /readyz did not say so itself.
  case readinessChecks
  /// All groups of the server, in one answer where it can.
  case groups
  /// The resources of one group version, for servers that can't.
  case resources(group: String, version: String)
  /// One page of a kind's list, by the kind's name.
  case list(kind: String)
  case secret(Expectations.Name)
  /// The same of etcd itself, after the server's cache did not have it.
  case uncachedSecret(Expectations.Name)
}

/// How a refusal and a timeout name what was asked, and which RBAC rule would allow it.
struct Subject {
  /// `nodes`, `/version`
  let name: String
  /// One line of YAML for a ClusterRole or Role.
  let rule: String
  /// Where that rule goes.
  let role: String
  /// The arguments of `kubectl get` that ask for the same.
  private let listed: String
  /// The answer comes out of etcd, which may be dead while /readyz says ok.
  let isStored: Bool

  init(path: String) {
    isStored = false
    listed = ""
    name = path
    rule = "{nonResourceURLs: [\(path)], verbs: [get]}"
    role = "a ClusterRole"
  }

  init(_ served: ServedKind, namespace: String?) {
    isStored = true
    listed = namespace.map { "\(served.resourceName) -n \($0.shellWord)" } ?? "\(served.resourceName) -A"
    name = served.resourceName
    rule = "{apiGroups: [\"\(served.kind.group)\"], resources: [\(served.kind.plural)], verbs: [list]}"
    role = namespace.map { "a Role in \($0)" } ?? "a ClusterRole"
  }

  init(secret: Expectations.Name) {
    isStored = true
    listed = "secret \(secret.name.shellWord) -n \(secret.namespace.shellWord)"
    name = "secret \(secret)"
    rule = "{apiGroups: [\"\"], resources: [secrets], resourceNames: [\(secret.name)], verbs: [get]}"
    role = "a Role in \(secret.namespace)"
  }

  /// The questions that show why it was not answered.
  func diagnosis(_ kubeconfig: Kubeconfig) -> String {
    guard isStored else { return "Ask by hand: \(kubeconfig.kubectl("get --raw '/readyz?verbose'"))" }
    return "Ask by hand: \(kubeconfig.kubectl("get --raw /livez/etcd"))"
      + "; \(kubeconfig.kubectl("get \(listed) --request-timeout=20s"))"
      + "  # /readyz may be ok while etcd does not answer"
  }
}
