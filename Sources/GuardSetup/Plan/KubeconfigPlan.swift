internal import GuardAPI
internal import GuardTypes
internal import Health

/// Derives the step for the kubeconfig.
enum KubeconfigPlan {
  /// - Parameter isLoggedIn: the login works, so the guard has read the file.
  static func step(_ facts: SetupFacts, isLoggedIn: Bool) -> Plan.Step {
    let person = facts.person
    func step(_ found: String, _ outcome: Plan.Outcome) -> Plan.Step {
      Plan.Step(name: "kubeconfig", found: found, outcome: outcome)
    }
    func blocked(_ path: String, _ found: String) -> Plan.Step {
      step(found, .blocked(fetch(facts, to: path)))
    }
    let finding = facts.findings.first { $0.step == "kubeconfig" }
    let flaw = finding.flatMap { $0.outcome == .failed ? $0.found : nil }
    switch facts.kubeconfig {
    case .absent(let path): return blocked(path, "\(person.shown(path)) does not exist")
    case .unreadable(let path, let reason):
      return step(
        "\(person.shown(path)) cannot be read: \(reason)",
        .blocked(.init(command: "ls -l \(path.shellWord)", why: "you must be able to read it")))
    case .serverless(let path):
      return blocked(path, "\(person.shown(path)) names no server, so it is not a valid kubeconfig")
    case .severalServers(let path, let servers):
      let own = "\(person.folder)/own.kubeconfig.yaml"
      let command =
        "(umask 077; mkdir -p \(person.folder.shellWord); kubectl --kubeconfig \(path.shellWord) config view --minify --flatten"
        + " >\(own.shellWord)) && KUBECONFIG=\(own.shellWord) oceanid-ctl setup \(facts.host.shellWord)"
      return step(
        "\(person.shown(path)) has \(servers.count) servers, and only one is the tunnel's",
        .blocked(.init(command: command, why: "the guard needs a file with its cluster alone")))
    case .fits(let path), .copied(_, let path):
      if let flaw { return blocked(source(of: facts) ?? path, flaw) }
      return step("\(person.shown(path)), server \(facts.guardFile.server)", isLoggedIn ? .good : .open)
    case .copy(let source, let server, let path, let text):
      if let flaw { return blocked(source, flaw) }
      return step(
        "\(person.shown(source)) has \(server), here the cluster is \(facts.guardFile.server); your file stays as it is",
        .change([
          .file(
            .init(
              path: path, contents: Array(text.utf8), mode: 0o600,
              purpose: "a copy with server \(facts.guardFile.server)"))
        ]))
    }
  }

  private static func source(of facts: SetupFacts) -> String? {
    if case .copied(let source, _) = facts.kubeconfig { source } else { nil }
  }

  /// The kubeconfig of K3s is only suggested in place of a missing file, of the file with the usual name, or of one whose
  /// server is on loopback, as K3s writes it. Any other may be the file of another cluster.
  private static func fetch(_ facts: SetupFacts, to path: String) -> Plan.Next {
    let isOfK3s: Bool =
      switch facts.kubeconfig {
      case .absent: path.hasPrefix("/")
      case .fits, .copied: true
      case .copy(_, let server, _, _):
        ["https://127.0.0.1:", "https://localhost:", "https://[::1]:"].contains(where: server.hasPrefix)
      case .unreadable, .serverless, .severalServers: false
      }
    guard isOfK3s || path == facts.person.usualKubeconfig else {
      return Plan.Next(command: "editor \(path.shellWord)", why: "correct it, then repeat oceanid-ctl setup")
    }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let draft = "\(path).new".shellWord
    return Plan.Next(
      command:
        "(umask 077; mkdir -p \(folder.shellWord); ssh \(facts.host.shellWord) sudo cat /etc/rancher/k3s/k3s.yaml >\(draft) && mv \(draft) \(path.shellWord))",
      why: "copies the kubeconfig that k3s keeps current on its server; then repeat oceanid-ctl setup")
  }
}
