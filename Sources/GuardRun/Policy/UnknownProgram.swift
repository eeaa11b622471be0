/// Recognizes a change by the arguments of a program whose name is not known.
enum UnknownProgram {
  /// Kinds of objects, as kubectl, helm and flux name them.
  private static let kinds: Set<String> = [
    "po", "pod", "pods", "deploy", "deployment", "deployments", "sts", "statefulset", "statefulsets", "ds",
    "daemonset",
    "daemonsets", "rs", "replicaset", "svc", "service", "services", "ns", "namespace", "namespaces", "no",
    "node",
    "nodes", "cm", "configmap", "configmaps", "secret", "secrets", "job", "jobs", "cronjob", "cronjobs", "pv",
    "pvc",
    "ing", "ingress", "crd", "crds", "sa", "serviceaccount", "role", "rolebinding", "clusterrole", "hpa",
    "clusterrolebinding", "ks", "kustomization", "hr", "helmrelease", "source", "image", "gitrepository",
    "restart",
  ]

  private static let verbs: Set<String> = [
    "delete", "apply", "create", "edit", "patch", "replace", "scale", "label", "annotate", "taint", "cordon",
    "drain",
    "uncordon", "rollout", "reconcile", "suspend", "resume", "uninstall", "expose", "autoscale",
  ]

  /// The verb and the object of a change; nil if the words are no change of any tool.
  static func change(_ words: [String]) -> String? {
    let own = words.prefix { $0 != "--" }
    guard let place = own.firstIndex(where: verbs.contains) else { return nil }
    let verb = own[place]
    if ["cordon", "drain", "uncordon", "uninstall", "reconcile"].contains(verb) { return verb }
    for word in own[(place + 1)...] {
      if ["-f", "-k", "--all", "-A", "-n", "--filename", "--namespace"].contains(word) || word.hasPrefix("-f")
      {
        return "\(verb) \(word.shown)"
      }
      let kind = word.prefix { $0 != "/" && $0 != "," && $0 != "." }
      if kinds.contains(kind.lowercased()) { return "\(verb) \(kind)" }
    }
    return nil
  }
}
