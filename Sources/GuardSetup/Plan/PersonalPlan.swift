internal import GuardAPI
internal import Health

/// Derives the plan for a user's own guard from the facts. It does no I/O.
package enum PersonalPlan {
  /// - Parameter again: the command line that repeats this setup.
  package static func plan(_ facts: SetupFacts) -> Plan {
    var steps = [program(facts)].compactMap(\.self) + WayPlan.steps(facts)
    let isWayClear = Plan(steps: steps).next == nil
    steps += [kubeconfig(facts, isWayClear)]
    if isWayClear { steps += [cluster(facts)].compactMap(\.self) }
    let files = [configuration(facts), dropIn(facts)].compactMap(\.self)
    steps += [port(facts)] + files + [manager(facts)].compactMap(\.self)
    let writes = files + [steps.first { $0.name == kubeconfigStep }].compactMap(\.self)
    let isChanged = writes.contains { if case .change = $0.outcome { true } else { false } }
    steps += [units(facts, isChanged: isChanged || facts.isRestartPending), linger(facts)]
    return Plan(steps: steps)
  }

  private static func program(_ facts: SetupFacts) -> Plan.Step? {
    if let finding = facts.way.first(where: { $0.step == "oceanid-guard" }) {
      return Plan.Step(
        name: "oceanid-guard", found: finding.found,
        outcome: .blocked(
          .init(
            command: "\(facts.guardProgram.shellWord) --version",
            why: "it must run here: install it beside oceanid-ctl, with its libraries")))
    }
    guard !facts.areUnitsInstalled else { return nil }
    return Plan.Step(
      name: "units", found: "the user units of the guard are not installed",
      outcome: .blocked(
        .init(command: "systemd/install --user", why: "from the source tree; the Debian package has them too")
      ))
  }

  // MARK: - The kubeconfig and the cluster

  private static let kubeconfigStep = "kubeconfig"

  private static func kubeconfig(_ facts: SetupFacts, _ isWayClear: Bool) -> Plan.Step {
    let person = facts.person
    func step(_ found: String, _ outcome: Plan.Outcome) -> Plan.Step {
      Plan.Step(name: kubeconfigStep, found: found, outcome: outcome)
    }
    func blocked(_ path: String, _ found: String) -> Plan.Step {
      step(found, .blocked(fetch(facts, to: path)))
    }
    let finding = facts.way.first { $0.step == "kubeconfig" }
    let flaw = finding.flatMap { $0.outcome == .failed ? $0.found : nil }
    switch facts.kubeconfig {
    case .absent(let path): return blocked(path, "\(person.shown(path)) does not exist")
    case .unreadable(let path, let reason):
      return step(
        "\(person.shown(path)) cannot be read: \(reason)",
        .blocked(.init(command: "ls -l \(path.shellWord)", why: "you must be able to read it")))
    case .serverless(let path):
      return blocked(path, "\(person.shown(path)) names no server, so it is no kubeconfig")
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
      return step("\(person.shown(path)), server \(facts.guardFile.server)", isWayClear ? .good : .open)
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

  private static func fetch(_ facts: SetupFacts, to path: String) -> Plan.Next {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    return Plan.Next(
      command:
        "(umask 077; mkdir -p \(folder.shellWord); ssh \(facts.host.shellWord) sudo cat /etc/rancher/k3s/k3s.yaml >\(path.shellWord))",
      why: "copies the kubeconfig that k3s keeps current on its server; then repeat oceanid-ctl setup")
  }

  /// The rest of the way does not prevent the setup: the guard reports it, and retries.
  private static func cluster(_ facts: SetupFacts) -> Plan.Step? {
    if let failed = facts.firstFailure, failed.step != kubeconfigStep {
      return Plan.Step(name: "cluster", found: "\(failed.step): \(failed.found)", outcome: .note)
    }
    return facts.way.first { $0.step == "API" && $0.outcome == .ok }.map {
      Plan.Step(name: "cluster", found: $0.found, outcome: .good)
    }
  }

  // MARK: - Files

  private static func configuration(_ facts: SetupFacts) -> Plan.Step {
    let path = facts.person.configuration
    let shown = facts.person.shown(path)
    let change = Plan.Outcome.change([
      .file(
        .init(
          path: path, contents: Array(facts.guardFileText.utf8),
          purpose: "cluster \(facts.guardFile.cluster), host \(facts.host)"))
    ])
    func step(_ found: String, _ outcome: Plan.Outcome) -> Plan.Step {
      Plan.Step(name: "guard.yaml", found: found, outcome: outcome)
    }
    switch facts.configuration {
    case .absent: return step("\(shown) does not exist", change)
    case .fits: return step("\(shown) has host \(facts.host)", .good)
    case .differs(let reason): return step("\(shown): \(reason); a backup is kept", change)
    case .unreadable(let reason):
      return step(
        "\(shown) cannot be read: \(reason)",
        .blocked(.init(command: "ls -l \(path.shellWord)", why: "it must be your own regular file")))
    }
  }

  private static func dropIn(_ facts: SetupFacts) -> Plan.Step? {
    guard let text = facts.dropIn else { return nil }
    var parts: [String] = []
    if let agent = facts.keys.needed {
      let limit = agent.hasPrefix("/tmp/") ? ", which ends with your session" : ""
      parts.append("the login needs the agent at \(facts.person.shown(agent))\(limit)")
    }
    if facts.person.isRoot { parts.append("root's guard reads another guard.yaml by itself") }
    let found = parts.joined(separator: "; ")
    if facts.dropInNow == .bytes(Array(text.utf8)) {
      return Plan.Step(name: "service", found: "\(found): its drop-in says so", outcome: .good)
    }
    return Plan.Step(
      name: "service", found: found,
      outcome: .change([
        .file(.init(path: facts.dropInPath, contents: Array(text.utf8), purpose: "a drop-in of the service"))
      ]))
  }

  // MARK: - This machine

  private static func port(_ facts: SetupFacts) -> Plan.Step {
    let listen = facts.guardFile.listen
    func step(_ found: String, _ outcome: Plan.Outcome) -> Plan.Step {
      Plan.Step(name: "port", found: found, outcome: outcome)
    }
    switch facts.port {
    case .free: return step("\(listen) is free", .good)
    case .own: return step("\(listen) is held by your guard", .good)
    case .machine(isServing: false):
      return step(
        "\(listen) is held by the machine's guard, which serves no cluster", .change([.stopMachineGuard]))
    case .machine(isServing: true):
      return step(
        "\(listen) is held by the machine's guard, and its tunnel is up",
        .blocked(
          .init(
            command: "oceanid-ctl status --socket /run/oceanid/guard.sock",
            why: "the cluster is watched already; a second guard needs another 'listen' in guard.yaml")))
    case .other(let holder):
      let command =
        holder.pid.map { "kill \($0)" } ?? "sudo ss -ltnp 'sport = :\(facts.guardFile.port ?? 0)'"
      return step(
        "\(listen) is held by \(holder.words)",
        .blocked(.init(command: command, why: "end that program once you know that you do not need it")))
    }
  }

  private static func manager(_ facts: SetupFacts) -> Plan.Step? {
    func step(_ found: String, _ outcome: Plan.Outcome) -> Plan.Step {
      Plan.Step(name: "manager", found: found, outcome: outcome)
    }
    switch facts.manager {
    case .running: return nil
    case .startable:
      return step("no service manager runs for you", .change([.startManager(uid: facts.person.uid)]))
    case .stopped:
      return step(
        "no service manager runs for you: you have no login session",
        .blocked(
          .init(
            command: "sudo loginctl enable-linger \(facts.person.name.shellWord)",
            why: "starts it now and at boot; then repeat oceanid-ctl setup")))
    case .none:
      return step(
        "systemd does not run this machine",
        .blocked(
          .init(
            command: "\(facts.guardProgram.shellWord) --config \(facts.person.configuration.shellWord)",
            why: "without systemd the guard can run on a terminal only")))
    }
  }

  private static func units(_ facts: SetupFacts, isChanged: Bool) -> Plan.Step {
    let names = [SetupFacts.service] + SetupFacts.sockets
    func step(_ found: String, _ outcome: Plan.Outcome) -> Plan.Step {
      Plan.Step(name: "units", found: found, outcome: outcome)
    }
    let isReady = names.allSatisfy { facts.units[$0]?.isActive == true && facts.units[$0]?.isEnabled == true }
    guard isReady else {
      let missing = names.filter { facts.units[$0]?.isEnabled != true || facts.units[$0]?.isActive != true }
      let found =
        missing == names
        ? "installed, neither enabled nor started"
        : "\(missing.joined(separator: ", ")): not enabled or not active"
      let isActive = facts.isGuardActive && isChanged
      return step(found, .change([.start(.user, names)] + (isActive ? [.restart(.user)] : [])))
    }
    return isChanged
      ? step("enabled and active, with the files as they were before", .change([.restart(.user)]))
      : step("enabled and active", .good)
  }

  private static func linger(_ facts: SetupFacts) -> Plan.Step {
    switch facts.linger {
    case .on: Plan.Step(name: "linger", found: "the guard runs from boot and after logout", outcome: .good)
    case .off:
      Plan.Step(
        name: "linger", found: "the guard would end with your last session",
        outcome: .change([.linger(facts.person.name)]))
    case .unsupported:
      Plan.Step(
        name: "linger", found: "without logind, the guard ends with your service manager", outcome: .note)
    }
  }
}
