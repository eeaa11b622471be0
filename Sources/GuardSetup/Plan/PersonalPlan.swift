internal import GuardAPI
internal import GuardTypes
internal import Health

/// Derives the plan for a user's own guard from the facts. It does no I/O.
package enum PersonalPlan {
  package static func plan(_ facts: SetupFacts) -> Plan {
    var steps = [program(facts)].compactMap(\.self) + ConnectionPlan.steps(facts)
    let isLoggedIn = Plan(steps: steps).next == nil
    steps += [KubeconfigPlan.step(facts, isLoggedIn: isLoggedIn)]
    if isLoggedIn { steps += [cluster(facts)].compactMap(\.self) }
    let files = [configuration(facts), dropIn(facts)].compactMap(\.self)
    steps += [port(facts)] + files + [manager(facts)].compactMap(\.self)
    let writes = files + [steps.first { $0.name == "kubeconfig" }].compactMap(\.self)
    let isChanged = writes.contains { if case .change = $0.outcome { true } else { false } }
    steps += [
      facts.areUnitsInstalled
        ? UnitsPlan.step(facts.units, .user, isChanged: isChanged || facts.isRestartPending)
        : UnitsPlan.missing("the user units of the guard are not installed", "systemd/install --user"),
      linger(facts),
    ]
    // Without its guard.yaml, the steps are for another host.
    if facts.configuration.isUnclear, let place = steps.firstIndex(where: { $0.name == "guard.yaml" }) {
      steps.insert(steps.remove(at: place), at: 0)
    }
    return Plan(
      steps: WritePlan.steps(
        before: steps, [facts.writeObstacle, WritePlan.obstacle(to: steps, facts)], facts.person))
  }

  private static func program(_ facts: SetupFacts) -> Plan.Step? {
    facts.findings.first { $0.step == SetupFacts.programStep }.map {
      Plan.Step(
        name: $0.step, found: $0.found,
        outcome: .blocked(
          .init(
            command: "\(facts.guardProgram.shellWord) --version",
            why: "it must run on this machine: install it in the folder of oceanid-ctl, with its libraries")))
    }
  }

  /// A failure after the login does not prevent the setup: the guard reports it and retries.
  private static func cluster(_ facts: SetupFacts) -> Plan.Step? {
    if let failed = facts.firstFailure, failed.step != "kubeconfig" {
      return Plan.Step(name: "cluster", found: "\(failed.step): \(failed.found)", outcome: .note)
    }
    return facts.findings.first { $0.step == "API" && $0.outcome == .ok }.map {
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
    case .foreign(let reason, let command, let why):
      let next = command.map { Plan.Next(command: $0, why: why) } ?? .edit(path, facts.tools, why: why)
      return step("\(shown): \(reason)", .blocked(next))
    case .unreadable(let reason, let fault):
      let next =
        fault.map { Plan.Next.fix($0, facts, effect: "setup and the guard cannot read it") }
        ?? .init(command: "namei -l \(path.shellWord)", why: "it must be your own regular file")
      return step("\(shown) cannot be read: \(reason)", .blocked(next))
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
      return Plan.Step(name: "service", found: "\(found); set in its drop-in", outcome: .good)
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
    case .machine(isIdle: true):
      return step(
        "\(listen) is held by the machine's guard, which serves no cluster", .change([.stopMachineGuard]))
    case .machine(isIdle: false):
      return step(
        "\(listen) is held by the machine's guard",
        .blocked(
          .init(
            command: "oceanid-ctl status --socket \(MachineFacts.socket)",
            why:
              "it monitors a cluster, or tries to; a second guard needs another 'listen' in guard.yaml")))
    case .other(let holder):
      return step(
        "\(listen) is held by \(holder.words)", .blocked(PortPlan.next(holder, facts.guardFile, facts.tools)))
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
            command: facts.tools.asRoot("loginctl enable-linger \(facts.person.name.shellWord)"),
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
