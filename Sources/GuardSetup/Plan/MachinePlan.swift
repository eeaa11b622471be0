internal import GuardAPI
internal import GuardTypes
internal import Health

/// Derives the plan for the guard of the whole machine from the facts. It does no I/O.
package enum MachinePlan {
  package static func plan(_ facts: MachineFacts) -> Plan {
    var steps: [Plan.Step] = [installed(facts)].compactMap(\.self)
    // If the guard can log in with its own key, the caller's login is not needed.
    var own = facts.own
    let isLoggedIn = facts.findings.contains { $0.step == "login" && $0.outcome == .ok }
    if isLoggedIn { own.findings = facts.findings }
    if facts.isServingOtherwise {
      let found = "the machine's guard serves \(own.host) already, with another configuration"
      let next = Plan.Next(command: "oceanid-ctl status", why: "nothing needs to be set up")
      return Plan(steps: steps + [Plan.Step(name: "guard.yaml", found: found, outcome: .blocked(next))])
    }
    if facts.isConfigurationForeign {
      let path = MachineFacts.configurationPath
      let next = Plan.Next.edit(
        path, facts.tools, asRoot: true,
        why:
          "one cluster needs tunnel.host \(own.host) and kubernetes.kubeconfig \(facts.kubeconfig.path); then repeat oceanid-ctl setup"
      )
      let found = "\(path) does not fit \(own.host), and it has settings of yours"
      return Plan(steps: steps + [Plan.Step(name: "guard.yaml", found: found, outcome: .blocked(next))])
    }
    steps += ConnectionPlan.steps(own) + [JumpPlan.fault(facts)].compactMap(\.self)
    steps += [home(facts)].compactMap(\.self)
    // An unknown host key already prevents the login. This one is known to ssh, but from no file that can be copied.
    if Plan(steps: steps).next == nil { steps += [hostKey(facts)].compactMap(\.self) }
    steps.append(kubeconfig(facts, own))
    let files = [
      file("alias", facts.alias, facts.tools, .service, 0o600, "the alias \(own.host) with the guard's key"),
      file("host keys", facts.knownHosts, facts.tools, .service, 0o600, "the keys from your known_hosts"),
      file(
        "guard.yaml", facts.configuration, facts.tools, nil, 0o644,
        "cluster \(facts.guardFile.cluster), host \(own.host)"),
    ]
    steps += files + [key(facts), server(facts)] + JumpPlan.steps(facts) + [port(facts)]
    let isChanged =
      facts.isRestartPending
      || steps.contains { step in
        if case .change = step.outcome { ["port"].contains(step.name) == false } else { false }
      }
    steps.append(units(facts, isChanged: isChanged))
    steps += [member(facts)].compactMap(\.self)
    return Plan(steps: WritePlan.steps(before: steps, [facts.writeObstacle], own.person))
  }

  private static func installed(_ facts: MachineFacts) -> Plan.Step? {
    let missing: String? =
      if !facts.isSystemdRunning {
        "systemd does not run this machine"
      } else if !facts.areUnitsInstalled {
        "the system units of the guard are not installed"
      } else {
        nil
      }
    if let missing { return UnitsPlan.missing(missing, facts.tools.asRoot("systemd/install")) }
    guard !facts.isUserThere else { return nil }
    return Plan.Step(
      name: "units", found: SetupFailure.noServiceUser.words,
      outcome: .blocked(
        .init(
          command: facts.tools.asRoot(SetupFailure.noServiceUser.next),
          why: "it makes the user that the units run as; then repeat oceanid-ctl setup")))
  }

  private static func home(_ facts: MachineFacts) -> Plan.Step? {
    guard !facts.isHomeReal else { return nil }
    return Plan.Step(
      name: "home", found: "\(MachineFacts.home) or its .ssh is a link, and root must not follow it",
      outcome: .blocked(
        .init(
          command: facts.tools.asRoot("ls -ld \(MachineFacts.home) \(MachineFacts.home)/.ssh"),
          why: "replace the link with a folder of user \(FileOwner.serviceName)")))
  }

  private static func hostKey(_ facts: MachineFacts) -> Plan.Step? {
    guard let host = facts.own.resolved else { return nil }
    var unlisted = facts.route.hops.filter { !$0.isHostKeyFound }.map { hop in
      (
        hop.host.knownName,
        (hop.sshConfig.map { ["-F", $0] } ?? []) + (hop.through.map { ["-J", $0] } ?? []) + [hop.destination]
      )
    }
    if !facts.isHostKeyFound { unlisted.append((host.knownName, facts.own.sshWay)) }
    return unlisted.first.map { name, words in
      Plan.Step(
        name: "host keys", found: "no known_hosts file has a key of \(name) that can be copied",
        outcome: .blocked(
          .init(
            command:
              "ssh -o UserKnownHostsFile=~/.ssh/known_hosts -o KnownHostsCommand=none \(words.asShellLine)",
            why: "compare the fingerprint with one from the owner of the server, then accept it")))
    }
  }

  private static func kubeconfig(_ facts: MachineFacts, _ own: SetupFacts) -> Plan.Step {
    guard !GuardFile.isCredential(facts.kubeconfig.path) else {
      return Plan.Step(
        name: "kubeconfig", found: "\(facts.kubeconfig.path), which only the service can read", outcome: .good
      )
    }
    let step = KubeconfigPlan.step(own, isLoggedIn: true)
    let isPresent = if case .bytes = facts.kubeconfig.now { facts.kubeconfig.wanted == nil } else { false }
    let isRead = facts.findings.contains { $0.step == "kubeconfig" && $0.outcome != .failed }
    if case .blocked = step.outcome, !isPresent || !isRead { return step }
    guard isPresent || facts.kubeconfig.wanted != nil else {
      return Plan.Step(
        name: step.name, found: "\(step.found): this is not a single file that can be copied",
        outcome: .blocked(
          .init(
            .instruction("write a kubeconfig with the cluster alone to \(facts.kubeconfig.path), as root"),
            why: "the guard of the machine needs one file; then repeat oceanid-ctl setup")))
    }
    return file(
      step.name, facts.kubeconfig, facts.tools, .readers, 0o640,
      "a copy with server \(facts.guardFile.server), readable for group \(FileOwner.serviceName)")
  }

  private static func file(
    _ name: String, _ file: MachineFacts.FileFact, _ tools: Tools, _ owner: FileOwner?, _ mode: UInt32,
    _ purpose: String
  ) -> Plan.Step {
    guard let wanted = file.wanted else {
      return Plan.Step(name: name, found: "\(file.path) fits", outcome: .good)
    }
    let change = Plan.Outcome.change([
      .file(.init(path: file.path, contents: Array(wanted.utf8), mode: mode, owner: owner, purpose: purpose))
    ])
    switch file.now {
    case .absent: return Plan.Step(name: name, found: "\(file.path) does not exist", outcome: change)
    case .bytes:
      return Plan.Step(
        name: name, found: "\(file.path) has other contents; a backup is kept", outcome: change)
    case .unreadable(let reason):
      return Plan.Step(
        name: name, found: "\(file.path) cannot be read: \(reason)",
        outcome: .blocked(
          .init(command: tools.asRoot("ls -l \(file.path.shellWord)"), why: "it must be a regular file")))
    }
  }

  private static func key(_ facts: MachineFacts) -> Plan.Step {
    if let fault = facts.keyFault {
      return Plan.Step(
        name: "key", found: "the service cannot use its key: \(fault)",
        outcome: .blocked(unusableKey(fault, facts.tools)))
    }
    return facts.hasKey
      ? Plan.Step(name: "key", found: MachineFacts.key, outcome: .good)
      : Plan.Step(
        name: "key", found: "the guard has no key yet", outcome: .change([.key(path: MachineFacts.key)]))
  }

  private static func unusableKey(_ fault: String, _ tools: Tools) -> Plan.Next {
    let (key, service) = (MachineFacts.key, FileOwner.serviceName)
    // The words of ssh-keygen(1).
    if fault.contains("Permission denied") {
      return Plan.Next(
        command: tools.asRoot("chown \(service): \(key)"),
        why: "the key must belong to user \(service); then repeat oceanid-ctl setup")
    }
    if fault.contains("bad permissions") {
      return Plan.Next(
        command: tools.asRoot("chmod 600 \(key)"),
        why: "no other user may read the key; then repeat oceanid-ctl setup")
    }
    return Plan.Next(
      command: tools.asRoot("mv -i \(key) \(key).before"),
      why:
        "a service can enter no passphrase: move this key away, and setup makes another; then repeat oceanid-ctl setup"
    )
  }

  private static func server(_ facts: MachineFacts) -> Plan.Step {
    let host = facts.own.host
    func step(_ found: String, _ outcome: Plan.Outcome) -> Plan.Step {
      Plan.Step(name: "server", found: found, outcome: outcome)
    }
    return facts.authorization == .present
      ? step("\(host) accepts the key", .good)
      : step("\(host) does not have the key yet", .change([.authorize(facts.authorizedKey)]))
  }

  private static func port(_ facts: MachineFacts) -> Plan.Step {
    let listen = facts.guardFile.listen
    func step(_ found: String, _ outcome: Plan.Outcome) -> Plan.Step {
      Plan.Step(name: "port", found: found, outcome: outcome)
    }
    switch facts.port {
    case .free: return step("\(listen) is free", .good)
    case .own, .machine: return step("\(listen) is held by the machine's guard", .good)
    case .other(let holder):
      if facts.own.port == .own {
        return step(
          "\(listen) is held by \(facts.own.person.name)'s own guard",
          .blocked(
            .init(
              command: "systemctl --user disable --now \(Change.machineUnits.joined(separator: " "))",
              why: "one port has one guard: run it as \(facts.own.person.name)")))
      }
      return step(
        "\(listen) is held by \(holder.words)", .blocked(PortPlan.next(holder, facts.guardFile, facts.tools)))
    }
  }

  private static func units(_ facts: MachineFacts, isChanged: Bool) -> Plan.Step {
    UnitsPlan.step(facts.units, .machine, isChanged: isChanged)
  }

  private static func member(_ facts: MachineFacts) -> Plan.Step? {
    let name = facts.own.person.name
    guard !facts.mayRead else { return nil }
    return Plan.Step(
      name: "group", found: "\(name) may not read the status yet (after the next login)",
      outcome: .change([.member(name)]))
  }
}
