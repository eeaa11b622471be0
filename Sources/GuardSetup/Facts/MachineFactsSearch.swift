internal import GuardAPI
internal import GuardClientDoctor
internal import Health

/// Finds the facts for the guard of the whole machine, as root. It writes nothing.
package struct MachineFactsSearch {
  private let system: any SetupSystem
  private let caller: any SetupSystem
  private let units: Units
  private let isWrittenBySetup: Bool

  /// - Parameters:
  ///   - caller: the user whose alias, keys and kubeconfig are used.
  ///   - isWrittenBySetup: true if guard.yaml is as an earlier setup wrote it, so that all its values are setup's.
  package init(_ system: any SetupSystem, caller: SetupUser, isWrittenBySetup: Bool = false) {
    self.isWrittenBySetup = isWrittenBySetup
    self.system = system
    self.caller = caller.uid == system.person.uid ? system : system.acting(as: caller)
    units = Units(system: system)
  }

  package func find(host: String?) -> MachineFacts {
    let existing = existingClusters()
    let own = PersonalFacts(caller).find(host: host ?? existing.first?.host)
    var facts = MachineFacts(own: own)
    let kept = existing.first { $0.host == own.host }
    if let kept { facts.guardFile = GuardFile(cluster: kept.cluster, host: kept.host) }
    facts.isSystemdRunning = system.exists("/run/systemd/system")
    facts.areUnitsInstalled = MachineFactsSearch.unitFolders.contains {
      system.exists("\($0)/\(SetupFacts.service)")
    }
    facts.units = units.states(.machine, [SetupFacts.service] + SetupFacts.sockets) ?? [:]
    let service = system.user(named: FileOwner.serviceName).map(system.acting(as:))
    facts.isUserThere = service != nil
    findFiles(&facts, kept, clusterCount: existing.count, service)
    if let service { findService(&facts, service) }
    facts.port = port(facts)
    facts.mayRead =
      own.person.isRoot
      || caller.run(CommandInvocation("id", ["-nG", own.person.name])).text.split(
        whereSeparator: \.isWhitespace
      )
      .contains { $0 == FileOwner.serviceName }
    let home = MachineFacts.home
    facts.missingFolders = [MachineFacts.folder, home, "\(home)/.ssh"].filter { !system.exists($0) }
    facts.states = [StateFolderFacts(home, system)]
    facts.writeObstacle =
      [MachineFacts.configurationPath, MachineFacts.key].compactMap(system.obstacle)
      .first
    return facts
  }

  private static let unitFolders = [
    "/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
  ]

  /// The clusters of the machine's guard.yaml; none if it has errors.
  private func existingClusters() -> [GuardFile] {
    guard system.exists(MachineFacts.configurationPath) else { return [] }
    var call = CommandInvocation(system.guardProgram, GuardFile.printing(MachineFacts.configurationPath))
    call.variables = ["KUBECONFIG=", "HOME=\(MachineFacts.home)"]
    let answer = system.run(call)
    return answer.isGood ? (try? GuardFile.clusters(inPrinted: answer.output)) ?? [] : []
  }

  // MARK: - Files

  /// - Parameter service: its files are read with its rights, because it may have put links in its home.
  private func findFiles(
    _ facts: inout MachineFacts, _ kept: GuardFile?, clusterCount: Int, _ service: (any SetupSystem)?
  ) {
    findKubeconfig(&facts)
    if let place = kept?.kubeconfig, GuardFile.isCredential(place) {
      // Only the service has the file. Its guard reports what is wrong with it.
      facts.guardFile.kubeconfig = place
      facts.guardFile.context = kept?.context.flatMap { $0 == GuardFile.usualContext ? nil : $0 }
      facts.kubeconfig = MachineFacts.FileFact(path: place)
    }
    facts.configuration.now = system.contents(of: facts.configuration.path)
    let isFitting =
      kept?.kubeconfig == facts.guardFile.kubeconfig && kept?.sshConfig == nil
      && kept?.context == facts.guardFile.context ?? GuardFile.usualContext
    facts.configuration.wanted = isFitting ? nil : facts.guardFile.yaml
    let text = facts.configuration.now.text ?? ""
    let isLossless = isWrittenBySetup || keepsValues(of: kept, facts)
    facts.isConfigurationForeign =
      !isFitting && (clusterCount > 1 || !GuardFile.canReplace(text) || clusterCount == 1 && !isLossless)
    facts.isServingOtherwise =
      !isFitting && kept != nil && system.isMachineGuardServing(facts.units[SetupFacts.service])
    guard let host = facts.own.resolved else { return }
    facts.isHomeReal = ![MachineFacts.home, "\(MachineFacts.home)/.ssh"].contains(
      where: system.isOccupied(folder:))
    facts.knownHosts.now = service?.contents(of: facts.knownHosts.path) ?? .absent
    let known = facts.knownHosts.now.text ?? ""
    facts.route = JumpRouteSearch(caller: caller).find(
      host, alias: facts.own.host, sshConfig: facts.own.guardFile.sshConfig)
    findHostKeys(&facts, host, service)
    let lines = facts.own.knownHostLines + facts.route.hops.flatMap(\.knownHostLines)
    let present = Set(known.split(separator: "\n").map(String.init))
    var seen: Set<String> = []
    let missing = lines.filter { !present.contains($0) && seen.insert($0).inserted }
    facts.knownHosts.wanted =
      missing.isEmpty ? nil : known.withFinalNewline + missing.map { "\($0)\n" }.joined()
    facts.alias.now = service?.contents(of: facts.alias.path) ?? .absent
    let alias = ServiceAliases.text(facts.own.host, host, facts.route)
    let config = facts.alias.now.text ?? ""
    // The first value of each option counts (ssh_config(5)).
    facts.alias.wanted = config.hasPrefix(alias) ? nil : alias + (config.isEmpty ? "" : "\n" + config)
  }

  /// Finds whether each host of the route has a key in the caller's files or in those of the service.
  private func findHostKeys(
    _ facts: inout MachineFacts, _ server: ResolvedHost, _ service: (any SetupSystem)?
  ) {
    func isListed(_ host: ResolvedHost, _ lines: [String]) -> Bool {
      guard lines.isEmpty else { return true }
      return service.map { KnownHosts(system: $0).isListed(host, in: facts.knownHosts.path) } ?? false
    }
    facts.isHostKeyFound = isListed(server, facts.own.knownHostLines)
    for (index, hop) in facts.route.hops.enumerated() {
      facts.route.hops[index].isHostKeyFound = isListed(hop.host, hop.knownHostLines)
    }
  }

  /// True if the new file has all values of the existing one that are not defaults.
  private func keepsValues(of kept: GuardFile?, _ facts: MachineFacts) -> Bool {
    guard let kept else { return false }
    let standard = "\(MachineFacts.home)/.kube/k3s-config.yaml"
    let contexts = [facts.guardFile.context ?? GuardFile.usualContext, GuardFile.usualContext]
    return kept.sshConfig == nil && [standard, facts.kubeconfig.path].contains(kept.kubeconfig ?? standard)
      && contexts.contains(kept.context ?? GuardFile.usualContext)
      && kept.listen == facts.guardFile.listen && kept.target == facts.guardFile.target
  }

  private func findKubeconfig(_ facts: inout MachineFacts) {
    let path = "\(MachineFacts.folder)/\(facts.guardFile.cluster).kubeconfig.yaml"
    let text: String?
    switch facts.own.kubeconfig {
    case .copy(_, _, _, let corrected): text = corrected
    case .fits(let source): text = caller.contents(of: source).text
    case .copied(_, let copy): text = caller.contents(of: copy).text
    case .absent, .unreadable, .serverless, .severalServers: text = nil
    }
    facts.guardFile.kubeconfig = path
    facts.guardFile.context = facts.own.guardFile.context
    let now = system.contents(of: path)
    facts.kubeconfig = MachineFacts.FileFact(path: path, now: now, wanted: now.text == text ? nil : text)
  }

  // MARK: - The service

  private func findService(_ facts: inout MachineFacts, _ service: any SetupSystem) {
    facts.hasKey = system.exists(MachineFacts.key)
    guard facts.hasKey else { return }
    let files = [facts.alias, facts.knownHosts, facts.kubeconfig]
    if files.allSatisfy({ $0.wanted == nil }) {
      var call = CommandInvocation(system.guardProgram, ["--doctor", "--config", "/dev/stdin"])
      call.input = Array(facts.guardFile.yaml.utf8)
      call.variables = ["KUBECONFIG=", "SSH_AUTH_SOCK="]
      call.timeLimit = .seconds(60)
      facts.findings = GuardProgram.findings(in: service.run(call).output).filter {
        $0.cluster == facts.guardFile.cluster
      }
      if facts.findings.contains(where: { $0.step == "login" && $0.outcome == .ok }) {
        facts.authorization = .present
        for index in facts.route.hops.indices { facts.route.hops[index].authorization = .present }
        return
      }
    }
    let key = service.run(CommandInvocation("ssh-keygen", ["-y", "-P", "", "-f", MachineFacts.key]))
    if !key.isGood { facts.keyFault = key.reason }
    guard key.isGood, facts.own.resolved != nil,
      let publicKey = key.text.split(separator: "\n").first.map(String.init)
    else { return }
    facts.authorization = authorization(facts.authorizedKey, publicKey)
    for index in facts.route.hops.indices {
      guard let key = facts.authorizedKey(onHop: index) else { continue }
      facts.route.hops[index].authorization = authorization(key, publicKey)
    }
  }

  private func authorization(_ key: AuthorizedKey, _ publicKey: String) -> MachineFacts.Authorization {
    switch AuthorizedKey.answer(caller.run(key.call(.check, line: key.line(publicKey)))) {
    case .present: .present
    case .absent: .absent
    case .unable: .unknown
    }
  }

  private func port(_ facts: MachineFacts) -> SetupFacts.PortFact {
    if facts.units["oceanid-forward.socket"]?.isActive == true { return .own }
    guard let holder = system.listener(on: facts.guardFile.listen) else { return .free }
    if let pid = holder.pid, pid == facts.units[SetupFacts.service]?.mainProcess { return .own }
    return .other(holder)
  }
}

extension String {
  fileprivate var withFinalNewline: String { isEmpty || hasSuffix("\n") ? self : self + "\n" }
}
