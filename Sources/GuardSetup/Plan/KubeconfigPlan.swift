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
    let flaw = facts.findings.first { $0.step == "kubeconfig" && $0.outcome == .failed }
    func flawed(_ path: String, _ flaw: FindingDocument) -> Plan.Step {
      step(flaw.found, .blocked(correct(flaw, path, facts)))
    }
    switch facts.kubeconfig {
    case .absent(let path): return blocked(path, "\(person.shown(path)) does not exist")
    case .unreadable(let path, let reason, let fault):
      return step(
        "\(person.shown(path)) cannot be read: \(reason)", .blocked(readable(path, fault, facts)))
    case .serverless(let path):
      return blocked(path, "\(person.shown(path)) names no server, so it is not a valid kubeconfig")
    case .severalServers(let path, let count, let context): return several(path, count, context, facts)
    case .fits(let path) where GuardFile.isCredential(path):
      // Outside of the service, the guard has no credentials, so its finding says nothing about the file.
      return step("\(path), which only the service can read", isLoggedIn ? .good : .open)
    case .fits(let path), .copied(_, let path):
      if let flaw { return flawed(source(of: facts) ?? path, flaw) }
      let server = facts.guardFile.isOnlySocket ? "" : ", server \(facts.guardFile.server)"
      return step("\(person.shown(path))\(server)", isLoggedIn ? .good : .open)
    case .copy(let source, let server, let path, let text):
      if let flaw { return flawed(source, flaw) }
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

  /// The file of another user outside of the home, such as that of K3s on its server, keeps its owner and mode.
  private static func readable(_ path: String, _ fault: AccessFault?, _ facts: SetupFacts) -> Plan.Next {
    let effect = "the guard needs this kubeconfig"
    guard let fault else {
      return Plan.Next(command: "ls -ld \(path.shellWord)", why: "\(effect), and it must be a regular file")
    }
    guard !fault.isOwn, !fault.isInHome else { return .fix(fault, facts, effect: effect) }
    let name = facts.person.name.shellWord
    let install = "install -m 600 -o \(name) -g \(facts.person.gid) \(path.shellWord)"
    return Plan.Next(
      command:
        "mkdir -p \(facts.person.folder.shellWord) && \(facts.tools.asRoot("\(install) \(facts.ownKubeconfigPath.shellWord)"))",
      why:
        "\(effect), which belongs to \(fault.owner): this makes a copy for you; then repeat oceanid-ctl setup"
    )
  }

  /// Other clusters and their credentials stay out of the guard's file, so that setup does not copy this one.
  private static func several(_ path: String, _ count: Int, _ context: String?, _ facts: SetupFacts)
    -> Plan.Step
  {
    let person = facts.person
    guard path != facts.ownKubeconfigPath else {
      // The command below would read the file that it writes.
      return Plan.Step(
        name: "kubeconfig", found: "\(person.shown(path)) has \(count) servers",
        outcome: .blocked(
          .edit(path, facts.tools, why: "keep only the guard's cluster; then repeat oceanid-ctl setup")))
    }
    let kubectl = "kubectl --kubeconfig \(path.shellWord) config"
    let own = facts.ownKubeconfigPath
    func step(_ found: String, _ next: Plan.Next) -> Plan.Step {
      Plan.Step(
        name: "kubeconfig", found: "\(person.shown(path)) has \(count) servers, \(found)",
        outcome: .blocked(next))
    }
    func view(_ context: String) -> String {
      "(umask 077; mkdir -p \(person.folder.shellWord); \(kubectl) view --minify --flatten"
        + " --context \(context) >\(own.shellWord))"
    }
    let place = context.map { "context \($0)" } ?? "the cluster behind \(facts.host)"
    let found =
      context.map { "and the guard is for the one of context \($0)" }
      ?? "and none is certainly the one behind \(facts.host)"
    guard facts.tools.present.contains("kubectl") else {
      return step(
        found,
        .init(
          .instruction("write a kubeconfig with \(place) alone to \(own)"),
          why: "the guard needs a file with its cluster alone; then repeat oceanid-ctl setup"))
    }
    guard let context else {
      return step(
        found,
        .init(
          command: "\(kubectl) get-contexts",
          why: "with the NAME of its context, run: \(view("NAME")); then repeat oceanid-ctl setup"))
    }
    return step(
      found,
      .init(
        command: "\(view(context.shellWord)) && oceanid-ctl setup \(facts.host.shellWord)",
        why: "the guard needs a file with the cluster of context \(context) alone"))
  }

  private static func source(of facts: SetupFacts) -> String? {
    if case .copied(let source, _) = facts.kubeconfig { source } else { nil }
  }

  /// The step for a flaw that the guard found in the file. A new copy is only suggested for a flaw that it mends.
  private static func correct(_ flaw: FindingDocument, _ path: String, _ facts: SetupFacts) -> Plan.Next {
    let note = flaw.note ?? flaw.remedy ?? "correct it"
    if note.contains(KubeconfigAdvice.source), !isList(path) { return fetch(facts, to: path) }
    if let next = Plan.Next.of(flaw) { return next }
    // The context that guard.yaml names is not that of the file.
    let isNamed = facts.isContextNamed && flaw.found.contains(" has no context named ")
    return .edit(
      isNamed ? facts.person.configuration : file(of: path, with: flaw, facts), facts.tools,
      why: "\(note.strippingDot); then repeat oceanid-ctl setup")
  }

  /// True for several paths in the format of KUBECONFIG.
  private static func isList(_ path: String) -> Bool { PathList.paths(path).count > 1 }

  /// Of a list, the file that the finding names; guard.yaml, which has the list, if it names several or none.
  private static func file(of path: String, with flaw: FindingDocument, _ facts: SetupFacts) -> String {
    guard isList(path) else { return path }
    let named = PathList.paths(path).filter { flaw.found.contains($0) }
    return named.count == 1 ? named[0] : facts.person.configuration
  }

  /// The kubeconfig of K3s is only suggested in place of a missing file, of the file with the usual name, or of one whose
  /// server is on loopback, as K3s writes it. Any other may be the file of another cluster.
  private static func fetch(_ facts: SetupFacts, to path: String) -> Plan.Next {
    let isOfK3s: Bool =
      switch facts.kubeconfig {
      case .absent: path.hasPrefix("/")
      case .fits, .copied: facts.isClusterAlone
      case .copy(_, let server, _, _):
        facts.isClusterAlone && KubeconfigText.loopback.contains(where: server.hasPrefix)
      case .unreadable, .serverless, .severalServers: false
      }
    guard isOfK3s || path == facts.person.usualKubeconfig && facts.isClusterAlone else {
      return .edit(path, facts.tools, why: "correct it, then repeat oceanid-ctl setup")
    }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let draft = "\(path).new".shellWord
    // The replaced file may be of use to its owner, and so may an earlier copy of it.
    let backup =
      if case .absent = facts.kubeconfig { "" } else {
        "cp -p --backup=numbered \(path.shellWord) \("\(path).old".shellWord) && "
      }
    return Plan.Next(
      command:
        "(umask 077; mkdir -p \(folder.shellWord); ssh \(facts.sshWay.asShellLine) \(KubeconfigAdvice.command) >\(draft) && \(backup)mv \(draft) \(path.shellWord))",
      why: "copies the kubeconfig that k3s keeps current on its server; then repeat oceanid-ctl setup")
  }
}

extension String {
  /// A remedy is a sentence; here it is part of one.
  fileprivate var strippingDot: String { hasSuffix(".") ? String(dropLast()) : self }
}
