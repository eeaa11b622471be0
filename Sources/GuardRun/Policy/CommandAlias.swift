/// Common aliases of kubectl (its documentation, Oh My Zsh) and of helm, flux, pulumi, terraform and systemctl. Assistants run
/// commands in shells that have the aliases of their user.
enum CommandAlias {
  /// The words that an alias stands for.
  static func words(of name: String) -> [String]? { all[name] }

  private static let all: [String: [String]] = [
    ("k kc kctl kube", "kubectl"), ("kca", "kubectl --all-namespaces"),
    ("kaf kaff", "kubectl apply -f"), ("kak kapk", "kubectl apply -k"), ("kak8s", "kubectl apply"),
    (
      "kdel kdelp kdels kdeli kdelns kdelcm kdelsec kdeld kdelss kdelno kdelpvc kdelj kdelcj kdelsa krm",
      "kubectl delete"
    ),
    (
      """
      kdelds kdelsts kdelhr kdelks kdeling krmpo krmdep krmsvc krmns krmcm krmsec krmall krmsts krmds krmjob \
      krming krmno
      """,
      "kubectl delete"
    ), ("krmf krmk", "kubectl delete -f"), ("kapf", "kubectl apply -f"),
    ("kdelf kdelk", "kubectl delete -f"),
    ("kep kes kei kens kecm ked kess kecj kepvc ke", "kubectl edit"), ("keti kex kexec kx", "kubectl exec"),
    ("ksd ksss ksc kscale", "kubectl scale"), ("krrd krrss krr", "kubectl rollout restart"),
    ("kru krud kruss", "kubectl rollout undo"), ("ksys", "kubectl --namespace=kube-system"),
    ("kdr kdrain", "kubectl drain"), ("kcp", "kubectl cp"), ("krun", "kubectl run"),
    ("kpatch", "kubectl patch"),
    ("h", "helm"), ("hu hup", "helm upgrade"), ("hin hi", "helm install"), ("hun", "helm uninstall"),
    ("f", "flux"), ("pu pul", "pulumi"), ("pup", "pulumi up"), ("tf", "terraform"),
    ("tfa", "terraform apply"),
    ("sc", "systemctl"),
  ].reduce(into: [:]) { all, entry in
    for name in entry.0.split(separator: " ") {
      all[String(name)] = entry.1.split(separator: " ").map(String.init)
    }
  }
}
