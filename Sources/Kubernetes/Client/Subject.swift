internal import GuardTypes
internal import Health

/// Describes a request in error messages, with the RBAC rule that allows it.
struct Subject {
  /// For example `nodes` or `/version`.
  let name: String
  /// One line of YAML for a ClusterRole or Role.
  let rule: String
  /// The role to which the rule belongs.
  let role: String
  /// The arguments for `kubectl get` that request the same objects.
  private let listed: String
  /// True if the response comes from etcd, which may fail while /readyz returns ok.
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

  /// Commands that show why the request was not answered.
  func diagnosis(_ kubeconfig: Kubeconfig) -> NextStep {
    guard isStored else { return NextStep(command: kubeconfig.kubectl("get --raw '/readyz?verbose'")) }
    return NextStep(
      command: kubeconfig.kubectl("get --raw /livez/etcd")
        + "; \(kubeconfig.kubectl("get \(listed) --request-timeout=20s"))",
      note: "/readyz may be ok while etcd does not answer")
  }
}
