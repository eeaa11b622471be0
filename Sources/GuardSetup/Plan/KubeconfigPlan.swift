internal import GuardAPI
internal import GuardTypes
internal import Health
internal import Redaction

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
    case .severalServers(let path, let count, let context): return several(path, count, context, facts)
    case .fits(let path), .copied(_, let path):
      if let flaw { return blocked(source(of: facts) ?? path, flaw) }
      return step("\(person.shown(path)), server \(facts.guardFile.server)", isLoggedIn ? .good : .open)
    case .copy(let source, let server, let path, let text):
      if let flaw { return blocked(source, flaw) }
      return step(
        "\(person.shown(source)) has \(redacted(server)), here the cluster is \(facts.guardFile.server); your file stays as it is",
        .change([
          .file(
            .init(
              path: path, contents: Array(text.utf8), mode: 0o600,
              purpose: "a copy with server \(facts.guardFile.server)"))
        ]))
    }
  }

  /// Other clusters and their credentials stay out of the guard's file, so that setup does not copy this one.
  private static func several(_ path: String, _ count: Int, _ context: String?, _ facts: SetupFacts)
    -> Plan.Step
  {
    let person = facts.person
    let kubectl = "kubectl --kubeconfig \(path.shellWord) config"
    guard let context else {
      return Plan.Step(
        name: "kubeconfig", found: "\(person.shown(path)) has \(count) servers, and no context is selected",
        outcome: .blocked(
          .init(
            command: "\(kubectl) get-contexts",
            why: "select the cluster's with: \(kubectl) use-context NAME; then repeat oceanid-ctl setup")))
    }
    let own = facts.ownKubeconfigPath.shellWord
    let command =
      "(umask 077; mkdir -p \(person.folder.shellWord); \(kubectl) view --minify --flatten"
      + " --context \(context.shellWord) >\(own)) && oceanid-ctl setup \(facts.host.shellWord)"
    return Plan.Step(
      name: "kubeconfig",
      found: "\(person.shown(path)) has \(count) servers, and that of context \(context) is not the tunnel's",
      outcome: .blocked(
        .init(command: command, why: "the guard needs a file with the cluster of context \(context) alone")))
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
    // A file that setup does not understand may be of use to its owner.
    let backup =
      if case .absent = facts.kubeconfig { "" } else {
        "cp -p \(path.shellWord) \("\(path).old".shellWord) && "
      }
    return Plan.Next(
      command:
        "(umask 077; mkdir -p \(folder.shellWord); ssh \(facts.host.shellWord) sudo cat /etc/rancher/k3s/k3s.yaml >\(draft) && \(backup)mv \(draft) \(path.shellWord))",
      why: "copies the kubeconfig that k3s keeps current on its server; then repeat oceanid-ctl setup")
  }
}
