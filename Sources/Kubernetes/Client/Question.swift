internal import Health

/// One thing that a poll asks.
enum Question: Hashable {
  case version
  case readiness
  /// All groups of the server, in one answer where it can.
  case groups
  /// The resources of one group version, for servers that can't.
  case resources(group: String, version: String)
  /// One page of a kind's list, by the kind's name.
  case list(kind: String)
  case secret(Expectations.Name)
}

/// How a refusal and a timeout name what was asked, and which RBAC rule would allow it.
struct Subject {
  /// `nodes`, `/version`
  let name: String
  /// One line of YAML for a ClusterRole or Role.
  let rule: String
  /// Where that rule goes.
  let role: String

  init(path: String) {
    name = path
    rule = "{nonResourceURLs: [\(path)], verbs: [get]}"
    role = "a ClusterRole"
  }

  init(_ served: ServedKind, namespace: String?) {
    name = served.resourceName
    rule = "{apiGroups: [\"\(served.kind.group)\"], resources: [\(served.kind.plural)], verbs: [list]}"
    role = namespace.map { "a Role in \($0)" } ?? "a ClusterRole"
  }

  init(secret: Expectations.Name) {
    name = "secret \(secret)"
    rule = "{apiGroups: [\"\"], resources: [secrets], resourceNames: [\(secret.name)], verbs: [get]}"
    role = "a Role in \(secret.namespace)"
  }
}
