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

  /// Why a request was not answered as it should be, as far as the answer shows it.
  enum Cause {
    /// The server or its store does not answer.
    case store
    /// HTTP 429
    case limited
    /// HTTP 410: the list changed too much while it was read.
    case expired
    /// The webhook that converts the objects of a kind between versions fails.
    case conversion
    /// The answer began and did not end in time.
    case cutOff
    /// An error that the server's own log explains.
    case server
  }

  /// Commands that show why the request was not answered, by its cause.
  func diagnosis(_ kubeconfig: Kubeconfig, of cause: Cause) -> NextStep {
    let list = isStored ? kubeconfig.kubectl("get \(listed) --request-timeout=60s") : nil
    switch cause {
    case .store: return diagnosis(kubeconfig)
    case .limited:
      return NextStep(
        command: kubeconfig.kubectl("get --raw /debug/api_priority_and_fairness/dump_priority_levels"),
        note:
          "the API server limits requests: see which priority level rejects them, and which client sends many"
      )
    case .expired:
      return NextStep(
        command: list,
        note: "the list changes faster than it is read: the path is slow, or etcd is compacted often")
    case .conversion:
      return NextStep(
        command: kubeconfig.kubectl("get crd \(name.shellWord) -o yaml"),
        note:
          "its conversion webhook fails: check the Service and the certificate (caBundle) in spec.conversion")
    case .cutOff:
      return NextStep(
        command: list.map { "\($0) | wc -c" },
        note: "the answer did not end within kubernetes.poll.timeout: the list is large, or the path is slow")
    case .server:
      return NextStep(
        command: list ?? kubeconfig.kubectl("get --raw '/readyz?verbose'"),
        note: "on the control plane: journalctl -u k3s -n 200")
    }
  }

  private func diagnosis(_ kubeconfig: Kubeconfig) -> NextStep {
    guard isStored else { return NextStep(command: kubeconfig.kubectl("get --raw '/readyz?verbose'")) }
    return NextStep(
      command: kubeconfig.kubectl("get --raw /livez/etcd")
        + "; \(kubeconfig.kubectl("get \(listed) --request-timeout=20s"))",
      note: "/readyz may be ok while etcd does not answer")
  }
}
