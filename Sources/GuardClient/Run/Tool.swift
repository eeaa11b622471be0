/// A program that can change the cluster, and which of its verbs do.
struct Tool: Sendable {
  /// Verbs that change something; those with words change something with these only.
  let changes: [String: Set<String>]
  /// Options that take the next word as their value, besides those with `=`.
  let valued: Set<String>
  /// Options with which the change is not made, but shown.
  let shows: Set<String>
  /// Parts of a verb with which it only looks.
  var looks: [String: Set<String>] = [:]

  static let all: [String: Tool] = [
    "kubectl": kubectl, "kubectl.exe": kubectl, "kubecolor": kubectl, "oc": kubectl, "helm": helm,
    "helmfile": helmfile, "flux": flux, "pulumi": pulumi,
    "terraform": terraform, "tofu": terraform,
  ]

  /// The change that these words after the program's name make.
  func change(_ program: String, _ words: ArraySlice<String>) -> ClusterChange? {
    // What stands after `--` is another program's, except for `minikube kubectl --`.
    let own = (words.first == "--" ? words.dropFirst() : words).prefix { $0 != "--" }
    if own.contains(where: { $0 == "--help" || $0 == "-h" }) { return nil }
    // Of an option that is given twice the last one counts.
    let options = Set(shows.map(Tool.option))
    if let last = own.last(where: { options.contains(Tool.option($0)) }), shows.contains(last) { return nil }
    let verbs = verbs(in: own)
    for (index, verb) in verbs.enumerated() {
      guard let parts = changes[verb.word] else {
        if verb.isSure { return nil }
        continue
      }
      if let looks = looks[verb.word], let part = verbs[(index + 1)...].first, looks.contains(part.word) {
        return nil
      }
      if parts.isEmpty { return ClusterChange(words: "\(program) \(verb.word)") }
      if let part = verbs[(index + 1)...].first(where: { parts.contains($0.word) }) {
        return ClusterChange(words: "\(program) \(verb.word) \(part.word)")
      }
      if verb.isSure { return nil }
    }
    return nil
  }

  private static func option(_ word: String) -> Substring { word.prefix { $0 != "=" } }

  /// Words that may be the verb or a part of it. After an option that is not known the next word may be its value: then
  /// it is not sure that it is one.
  private func verbs(in words: ArraySlice<String>) -> [(word: String, isSure: Bool)] {
    var verbs: [(String, Bool)] = []
    var before = ""
    for word in words {
      defer { before = word }
      if word.hasPrefix("-") { continue }
      if valued.contains(before) { continue }
      let isOption = before.hasPrefix("-") && !before.contains("=") && before != "-"
      verbs.append((word, !isOption))
    }
    return verbs
  }

  private static let kubectl = Tool(
    changes: [
      "apply": [], "create": [], "delete": [], "edit": [], "patch": [], "replace": [], "scale": [],
      "autoscale": [],
      "rollout": ["restart", "undo", "pause", "resume"], "label": [], "annotate": [], "taint": [],
      "cordon": [],
      "drain": [], "uncordon": [], "set": [], "expose": [], "run": [], "debug": [], "auth": ["reconcile"],
      "certificate": ["approve", "deny"],
    ],
    valued: [
      "-n", "--namespace", "--context", "--cluster", "--user", "--kubeconfig", "-s", "--server", "--token",
      "--as",
      "--as-group", "--as-uid", "--cache-dir", "--certificate-authority", "--client-certificate",
      "--client-key",
      "--request-timeout", "--tls-server-name", "-v", "--v", "--vmodule", "--username", "--password",
      "--profile",
      "--profile-output", "--log-dir", "--log-file", "--kuberc",
    ],
    shows: ["--dry-run=client", "--dry-run=server", "--list"], looks: ["apply": ["view-last-applied"]])

  private static let helm = Tool(
    changes: [
      "install": [], "upgrade": [], "rollback": [], "uninstall": [], "delete": [], "del": [], "un": [],
      "test": [], "secrets": ["install", "upgrade", "rollback", "uninstall", "delete"],
    ],
    valued: [
      "-n", "--namespace", "--kube-context", "--kubeconfig", "--kube-apiserver", "--kube-token",
      "--kube-as-user",
      "--kube-as-group", "--kube-ca-file", "--kube-tls-server-name", "--registry-config",
      "--repository-cache",
      "--repository-config", "--burst-limit", "--qps",
    ],
    shows: ["--dry-run", "--dry-run=client", "--dry-run=server"])

  private static let helmfile = Tool(
    changes: ["apply": [], "sync": [], "destroy": [], "delete": [], "charts": [], "test": []],
    valued: [
      "-f", "--file", "-e", "--environment", "-n", "--namespace", "-l", "--selector", "--kube-context",
      "--kubeconfig", "--state-values-set", "--state-values-file", "--log-level", "-b", "--helm-binary",
      "-c", "--chart",
    ],
    shows: [])

  private static let flux = Tool(
    changes: [
      "reconcile": [], "suspend": [], "resume": [], "create": [], "delete": [], "bootstrap": [],
      "install": [],
      "uninstall": [], "migrate": [],
    ],
    valued: [
      "-n", "--namespace", "--context", "--cluster", "--kubeconfig", "--kube-as", "--kube-server", "--as",
      "--as-group",
      "--as-uid", "--cache-dir", "--certificate-authority", "--client-certificate", "--client-key",
      "--server",
      "--timeout", "--token", "--user", "--tls-server-name", "--kube-api-burst", "--kube-api-qps",
    ],
    shows: ["--export", "--dry-run"])

  private static let pulumi = Tool(
    changes: [
      "up": [], "update": [], "destroy": [], "down": [], "dn": [], "refresh": [], "import": [], "cancel": [],
      "watch": [],
      "state": [
        "delete", "unprotect", "rename", "move", "repair", "edit", "upgrade", "taint", "untaint", "protect",
      ],
      "stack": ["rm", "remove", "import"], "deployment": ["run"],
    ],
    valued: [
      "-C", "--cwd", "-s", "--stack", "--color", "-v", "--verbose", "--profiling", "--tracing",
      "--memprofilerate",
    ],
    shows: ["--preview-only"])

  private static let terraform = Tool(
    changes: [
      "apply": [], "destroy": [], "import": [], "taint": [], "untaint": [], "refresh": [],
      "state": ["rm", "mv", "push", "replace-provider"],
    ],
    valued: [], shows: [])
}
