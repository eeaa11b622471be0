internal import GuardAPI
internal import GuardClientDoctor
internal import GuardTypes
internal import Health

/// Finds the facts for a user's own guard. It writes nothing.
package struct PersonalFacts {
  private let system: any SetupSystem
  private let units: Units
  private let isWrittenBySetup: Bool
  private var person: SetupUser { system.person }

  /// - Parameter isWrittenBySetup: true if guard.yaml is as an earlier setup wrote it, so that all its values are
  ///   setup's.
  package init(_ system: any SetupSystem, isWrittenBySetup: Bool = false) {
    self.system = system
    self.isWrittenBySetup = isWrittenBySetup
    units = Units(system: system)
  }

  /// - Parameter host: nil selects the host in guard.yaml, or else `tethys`.
  package func find(host wanted: String?) -> SetupFacts {
    let (existing, fault) = existingClusters()
    let host = wanted ?? existing.first?.host ?? "tethys"
    let kept = existing.first { $0.host == host }
    var facts = SetupFacts(
      person: person, guardProgram: system.guardProgram, host: host,
      guardFile: kept ?? GuardFile(cluster: GuardFile.name(for: host), host: host))
    facts.tools = Tools.find(system, isRoot: person.isRoot)
    findManager(&facts)
    findHost(&facts)
    findKubeconfig(&facts, kept)
    findConfiguration(&facts, kept, existing, fault)
    examineConnection(&facts)
    facts.dropIn = dropIn(facts)
    facts.dropInNow = system.contents(of: facts.dropInPath)
    facts.port = port(facts)
    facts.missingFolders =
      [
        person.configHome, person.folder, "\(person.configHome)/systemd", person.units,
        "\(person.units)/\(SetupFacts.service).d", "\(person.home)/.local", person.stateHome,
      ].filter { !system.exists($0) }
    // Before systemd 254, the guard's state is in the folder of its configuration.
    facts.states = [person.folder, "\(person.stateHome)/oceanid"].map { StateFolderFacts($0, system) }
    facts.keptFolders = ["default.target.wants", "sockets.target.wants"].map { "\(person.units)/\($0)" }
      .filter(
        system.isFolder)
    facts.sshObstacle = system.obstacle(toWriting: "\(person.sshHome)/.ssh/config")
    facts.kubeObstacle = system.obstacle(toWriting: person.usualKubeconfig)
    facts.writeObstacle = [person.configuration, facts.dropInPath].compactMap(system.obstacle).first
    return facts
  }

  // MARK: - The configuration

  private func existingClusters() -> (clusters: [GuardFile], fault: String?) {
    guard system.exists(person.configuration) else { return ([], nil) }
    let answer = runGuard(GuardFile.printing(person.configuration))
    guard answer.isGood else { return ([], answer.reason) }
    do throws(SetupFailure) {
      return (try GuardFile.clusters(inPrinted: answer.output), nil)
    } catch {
      return ([], error.words)
    }
  }

  private func runGuard(_ arguments: [String], input: [UInt8]? = nil, agent: String = "") -> CommandResult {
    var call = CommandInvocation(system.guardProgram, arguments)
    call.input = input
    // The service has neither this shell's KUBECONFIG nor its agent.
    call.variables = ["KUBECONFIG=", "SSH_AUTH_SOCK=\(agent)", "XDG_CONFIG_HOME=\(person.configHome)"]
    call.timeLimit = .seconds(60)
    return system.run(call)
  }

  private func findConfiguration(
    _ facts: inout SetupFacts, _ kept: GuardFile?, _ existing: [GuardFile], _ fault: String?
  ) {
    facts.guardFileText = facts.guardFile.yaml
    let contents = system.contents(of: person.configuration)
    if case .absent = contents { return facts.configuration = .absent }
    if case .unreadable(let reason) = contents {
      return facts.configuration = .unreadable(reason, .reading(person.configuration, system))
    }
    if let fault {
      return facts.configuration = .foreign(
        reason: "it has an error: \(fault)",
        command:
          "\(system.guardProgram.shellWord) --check-config --config \(person.configuration.shellWord)",
        why: "correct the file, then repeat oceanid-ctl setup")
    }
    let text = contents.text ?? ""
    let kubeconfig = facts.guardFile.kubeconfig ?? person.usualKubeconfig
    let difference: String
    if let kept {
      let current = kept.kubeconfig ?? person.usualKubeconfig
      if current == kubeconfig, kept.context == facts.guardFile.context ?? GuardFile.usualContext {
        facts.guardFileText = text
        return facts.configuration = .fits
      }
      difference = "its kubeconfig is \(current), and \(kubeconfig) fits"
      if existing.count == 1, let edited = GuardFile.edited(text, kubeconfig: facts.guardFile.kubeconfig) {
        facts.guardFileText = edited
        return facts.configuration = .differs(difference)
      }
    } else {
      difference = "its host is \(existing.map(\.host).joined(separator: ", ")), not \(facts.host)"
    }
    // A file with several clusters, with settings that setup does not write, or with values of the user, is not replaced.
    facts.configuration =
      existing.count <= 1 && GuardFile.canReplace(text)
        && (kept != nil || isWrittenBySetup)
      ? .differs(difference)
      : .foreign(
        reason: "\(difference), and it has settings of yours",
        command: nil,
        why:
          "one cluster needs tunnel.host \(facts.host) and kubernetes.kubeconfig \(kubeconfig); then repeat oceanid-ctl setup"
      )
  }

  // MARK: - The kubeconfig

  private func findKubeconfig(_ facts: inout SetupFacts, _ kept: GuardFile?) {
    let copy = facts.copyPath
    facts.isContextNamed = kept?.context.map { $0 != GuardFile.usualContext } ?? false
    if let place = kept?.kubeconfig, GuardFile.isCredential(place) || PathList.paths(place).count > 1 {
      // The guard merges a list as kubectl does, and its finding says whether the files fit. Of a credential, only the
      // service has the file.
      facts.kubeconfig = .fits(place)
      facts.isClusterAlone = false
      facts.guardFile.context = kept?.context.flatMap { $0 == GuardFile.usualContext ? nil : $0 }
      return
    }
    var source = person.usualKubeconfig
    if let own = kept?.kubeconfig, own != copy {
      source = own
    } else if !system.exists(source), let shell = shellKubeconfig {
      source = shell
    }
    // The original may have been deleted. Its copy is still valid.
    if kept?.kubeconfig == copy, !system.exists(source), system.exists(copy) { source = copy }
    facts.kubeconfig = kubeconfig(source, copy: copy, facts, context: kept?.context)
    let needsOwn =
      switch facts.kubeconfig {
      case .severalServers, .unreadable: true
      case .absent, .serverless, .fits, .copy, .copied: false
      }
    if needsOwn, system.exists(facts.ownKubeconfigPath) {
      // The user made it with the command that setup printed.
      source = facts.ownKubeconfigPath
      facts.kubeconfig = kubeconfig(source, copy: copy, facts, context: nil)
    }
    var path = source
    switch facts.kubeconfig {
    case .absent, .unreadable, .serverless, .severalServers, .fits: break
    case .copy(_, _, let copy, _), .copied(_, let copy): path = copy
    }
    let text = system.contents(of: source).text.map(KubeconfigText.init)
    facts.isClusterAlone = text.map { $0.servers.count <= 1 && $0.contextCount <= 1 } ?? true
    // A context that guard.yaml names stays, unless the file has another cluster alone.
    let named = kept?.context.flatMap { name in
      source == facts.ownKubeconfigPath && text?.serverOfContext[name] == nil ? nil : name
    }
    // Of several clusters, the selected context may be that of another one.
    let chosen = text.flatMap { $0.servers.count > 1 ? chosenContext($0, facts, named: named) : nil }
    facts.guardFile.context = (chosen ?? named ?? text?.context ?? text?.onlyContext).flatMap {
      $0 == GuardFile.usualContext ? nil : $0
    }
    let isSetForServices = units.environment()?["KUBECONFIG"] != nil
    facts.guardFile.kubeconfig = path == person.usualKubeconfig && !isSetForServices ? nil : path
  }

  /// The file that KUBECONFIG names; nil if it names none or several. kubectl omits empty and missing entries of a list.
  private var shellKubeconfig: String? {
    let paths = (system.variable("KUBECONFIG") ?? "").split(separator: ":").map(String.init)
    let existing = Set(paths.count > 1 ? paths.filter(system.exists) : paths)
    guard existing.count == 1, let path = existing.first, path.hasPrefix("/") else { return nil }
    return path
  }

  /// - Parameter context: the one that guard.yaml names.
  private func kubeconfig(
    _ source: String, copy: String, _ facts: SetupFacts, context: String?
  ) -> SetupFacts.KubeconfigFact {
    let server = facts.guardFile.server
    let text: String
    switch system.contents(of: source) {
    case .absent: return .absent(source)
    case .unreadable(let reason):
      return .unreadable(path: source, reason: reason, .reading(source, system))
    case .bytes(let bytes):
      guard let valid = String(validating: bytes, as: UTF8.self) else { return .serverless(source) }
      text = valid
    }
    let config = KubeconfigText(text)
    guard let found = config.servers.first else { return .serverless(source) }
    guard config.servers.count == 1 else {
      let wanted = chosenContext(config, facts, named: context)
      let chosen = wanted.flatMap { config.serverOfContext[$0] }
      if chosen == server || chosen == server + "/" { return .fits(source) }
      return .severalServers(path: source, count: config.servers.count, context: wanted)
    }
    if found == server || found == server + "/" || facts.guardFile.isOnlySocket { return .fits(source) }
    let corrected = config.with(server: server)
    if system.contents(of: copy).text == corrected { return .copied(source: source, path: copy) }
    return .copy(source: source, server: found, path: copy, text: corrected)
  }

  /// The context of the tunnel's cluster: the one that guard.yaml names, or the only one whose server is the forward,
  /// the host, or on loopback as K3s writes it. Of several, the selected one. nil if that is uncertain: the selected
  /// context may be that of any cluster.
  private func chosenContext(_ config: KubeconfigText, _ facts: SetupFacts, named: String?) -> String? {
    // guard.yaml has the default `default` if it names none.
    if let named, config.serverOfContext[named] != nil { return named }
    let forward = facts.guardFile.server
    let hosts = [facts.resolved?.hostName, facts.host].compactMap(\.self)
    let places = [
      config.contexts { $0 == forward || $0 == "\(forward)/" },
      config.contexts { server in hosts.contains { server.hasPrefix("https://\($0):") } },
      config.contexts { server in KubeconfigText.loopback.contains(where: server.hasPrefix) },
    ]
    guard let found = places.first(where: { !$0.isEmpty }) else { return nil }
    return found.count == 1 ? found.first : found.first { $0 == config.context }
  }

  // MARK: - The connection

  private func findHost(_ facts: inout SetupFacts) {
    let file = facts.guardFile.sshConfig.map { ["-F", $0] } ?? []
    facts.isConfigFolderMissing = facts.guardFile.sshConfig == nil && !system.exists("\(person.sshHome)/.ssh")
    facts.sshConfigFault = .ofConfiguration(facts.sshConfigPath, system)
    let answer = system.run(CommandInvocation("ssh", file + ["-G", "--", facts.host]))
    guard answer.isGood, let host = ResolvedHost(answer.text) else {
      facts.sshFailure = answer.reason
      return
    }
    facts.resolved = host
    // ssh(1) accepted the mode: in Debian, a group that has no other member may write.
    facts.sshConfigFault = .reading(facts.sshConfigPath, system)
    // ssh(1) writes a host name in lower case.
    facts.isAlias = host.hostName != facts.host.lowercased()
    facts.keys = LoginKeysSearch(system: system).find(host)
    facts.knownHostsFault =
      host.knownHosts.compactMap(person.expanded).compactMap {
        AccessFault.reading($0, system)
      }.first
    facts.knownHostLines = KnownHosts(system: system).lines(of: host)
    if !facts.isHostKnown, host.proxy == nil {
      facts.offeredKeys = KnownHosts(system: system).offered(by: host)
    }
  }

  private func examineConnection(_ facts: inout SetupFacts) {
    // Where ssh itself fails, the guard knows more about the reason.
    guard facts.resolved != nil || facts.tools.present.contains("ssh") && facts.sshConfigFault == nil else {
      return
    }
    let serviceAgent =
      facts.units[SetupFacts.service]?.variables["SSH_AUTH_SOCK"] ?? units.environment()?["SSH_AUTH_SOCK"]
      ?? ""
    facts.findings = findings(facts, agent: serviceAgent)
    guard let own = system.variable("SSH_AUTH_SOCK") else { return }
    if facts.firstFailure?.step == "login", own != serviceAgent {
      let withAgent = findings(facts, agent: own)
      // They say more about the keys, even if none of them is accepted.
      facts.findings = withAgent
      if facts.firstFailure?.step != "login" { facts.keys.needed = own }
    } else if facts.units[SetupFacts.service]?.variables["SSH_AUTH_SOCK"] != nil {
      facts.keys.needed = serviceAgent
    }
  }

  /// The guard's own findings with the configuration that setup would write.
  private func findings(_ facts: SetupFacts, agent: String) -> [FindingDocument] {
    let examine = { (text: String, path: String?) -> [FindingDocument] in
      let answer = runGuard(["--doctor", "--config", "/dev/stdin"], input: Array(text.utf8), agent: agent)
      let findings = GuardProgram.findings(in: answer.output).filter {
        $0.cluster == facts.guardFile.cluster || $0.step == "configuration"
      }
      guard !findings.isEmpty else {
        return [FindingDocument(SetupFacts.programStep, .failed, "\(system.guardProgram): \(answer.reason)")]
      }
      return findings.map { finding in
        var finding = finding
        finding.found = words(finding.found, facts, draft: path)
        return finding
      }
    }
    guard case .copy(_, _, _, let text) = facts.kubeconfig else { return examine(facts.guardFileText, nil) }
    return system.withTemporaryFile(Array(text.utf8)) { path in
      examine(facts.guardFileText.replacing(facts.copyPath, with: path), path)
    } ?? [FindingDocument(SetupFacts.programStep, .failed, "no draft of its files can be made")]
  }

  /// The text of a finding with the names of the user's files for those of the drafts.
  private func words(_ found: String, _ facts: SetupFacts, draft: String?) -> String {
    var found = found
    if let draft, case .copy(let source, _, _, _) = facts.kubeconfig {
      // The copy has the lines of its original, and is not there yet.
      found = found.replacing(draft, with: source)
    }
    if case .fits = facts.configuration { return found.replacing("/dev/stdin", with: person.configuration) }
    // A file that is not there yet has no line that the user could look at.
    return found.replacing(#/\/dev\/stdin:\d+:\d+: /#, with: "").replacing(
      "/dev/stdin", with: person.configuration)
  }

  // MARK: - This machine

  private static let unitFolders = [
    "/etc/systemd/user", "/usr/local/lib/systemd/user", "/usr/local/share/systemd/user",
    "/usr/lib/systemd/user",
    "/lib/systemd/user",
  ]

  private func findManager(_ facts: inout SetupFacts) {
    facts.areUnitsInstalled = ([person.units] + PersonalFacts.unitFolders).contains {
      system.exists("\($0)/\(SetupFacts.service)")
    }
    if units.environment() != nil {
      facts.manager = .running
    } else if !system.exists("/run/systemd/system") {
      facts.manager = .none
    } else {
      facts.manager = person.isRoot ? .startable : .stopped
    }
    if facts.manager == .running {
      facts.units = units.states(.user, [SetupFacts.service] + SetupFacts.sockets) ?? [:]
    }
    facts.linger =
      if system.exists("/var/lib/systemd/linger/\(person.name)") {
        .on
      } else if system.exists("/run/systemd/seats"), system.exists("/run/dbus/system_bus_socket") {
        .off
      } else {
        .unsupported
      }
  }

  /// The drop-in sets the agent's socket and, for root, the path of the configuration, because a guard that runs as root
  /// reads only /etc/oceanid/guard.yaml by default.
  private func dropIn(_ facts: SetupFacts) -> String? {
    var lines: [String] = []
    if let agent = facts.keys.needed { lines.append("Environment=\"SSH_AUTH_SOCK=\(agent.unitWord)\"") }
    if person.isRoot {
      lines += [
        "ExecStart=",
        "ExecStart=\"\(system.guardProgram.unitWord)\" --config \"\(person.configuration.unitWord)\"",
      ]
    }
    return lines.isEmpty
      ? nil : "# Written by oceanid-ctl setup.\n[Service]\n" + lines.map { "\($0)\n" }.joined()
  }

  private func port(_ facts: SetupFacts) -> SetupFacts.PortFact {
    guard let holder = system.listener(on: facts.guardFile.listen) else { return .free }
    let service = facts.units[SetupFacts.service]
    if facts.units["oceanid-forward.socket"]?.isActive == true { return .own }
    if let pid = holder.pid, pid == service?.mainProcess { return .own }
    let machine = units.states(.machine, [SetupFacts.service] + SetupFacts.sockets)
    let isMachine =
      machine.map { $0.values.contains(where: \.isActive) } ?? system.exists(MachineFacts.socket)
    guard isMachine, holder.uid != person.uid || person.isRoot else { return .other(holder) }
    return .machine(isIdle: (machine?[SetupFacts.service]).isIdleGuard)
  }
}

extension String {
  /// The text as it is written within double quotes in a unit file (systemd.syntax(7), systemd.unit(5) SPECIFIERS).
  fileprivate var unitWord: String {
    escaping(["\\": "\\\\", "\"": "\\\"", "%": "%%"])
  }
}

extension SetupFacts {
  /// The first failed step of the connection. Ports are excluded, because setup examines them itself.
  var firstFailure: FindingDocument? { SetupFacts.firstFailure(findings) }

  static func firstFailure(_ findings: [FindingDocument]) -> FindingDocument? {
    findings.first { $0.outcome == .failed && !$0.step.hasPrefix("port ") }
  }
}
