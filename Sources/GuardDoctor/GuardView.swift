package import GuardAPI
package import GuardCluster
package import GuardConfiguration
internal import GuardState
package import GuardStatus
internal import GuardTypes
package import Health
internal import Kubernetes
internal import Pipeline
internal import Platform
package import Tunnel

/// The connection to each cluster as the running guard sees it: its last attempt to log in, its last poll, and the files
/// that its user can read now.
///
/// It connects to no server and starts no program, so that frequent requests put no load on servers. It reads files and
/// asks the agent, which may take long.
package struct GuardView: Examinable {
  private let configuration: Configuration
  private let clusters: [GuardedCluster]
  private let board: StatusBoard
  private let environment: LocalEnvironment
  private let socketStep: (StreamAddress) -> NextStep?

  /// - Parameter socketStep: the next step for a forward's address that the guard holds and the socket unit does not.
  package init(
    configuration: Configuration, clusters: [GuardedCluster], board: StatusBoard,
    environment: LocalEnvironment, socketStep: @escaping (StreamAddress) -> NextStep?
  ) {
    self.configuration = configuration
    self.clusters = clusters
    self.board = board
    self.environment = environment
    self.socketStep = socketStep
  }

  package func document(_ findings: [FindingDocument]) -> GuardViewDocument {
    GuardViewDocument(
      user: environment.localUser, uid: PeerCredentials.ownUID, home: environment.home,
      unit: environment.service?.unit, configuration: configuration.file, agent: environment.agentSocket,
      credentials: environment.credentialsDirectory.map { SmallFile.names(in: $0).sorted() } ?? [],
      findings: findings)
  }

  package func examine(report: (FindingDocument) -> Void) {
    let rejected = board.ownProblems.first { $0.kind == .configuration }
    report(
      FindingDocument(
        "configuration", rejected == nil ? .ok : .warning,
        rejected?.detail
          ?? "\(configuration.file ?? "no file, so the built-in values"): "
          + configuration.clusters.map(\.name).joined(separator: ", "), next: rejected?.step))
    credentials().forEach(report)
    for cluster in clusters { examine(cluster, report) }
    let alerts = AlertFindings(board.ownProblems, in: environment)
    for channel in configuration.alerts { report(alerts.finding(channel)) }
  }

  private func credentials() -> [FindingDocument] {
    let names = Set(
      configuration.clusters.flatMap { $0.credentials + ($0.pipeline?.credentials ?? []) }
        + configuration.alerts.flatMap(\.credentials)
    ).sorted()
    guard !names.isEmpty else { return [] }
    let missing = names.compactMap { name -> FindingDocument? in
      do throws(TunnelFailure) {
        _ = try environment.credential(name)
        return nil
      } catch {
        return FindingDocument("credentials", .failed, error.message, next: NextStep(error))
      }
    }
    return missing.isEmpty ? [FindingDocument("credentials", .ok, names.joined(separator: ", "))] : missing
  }

  // MARK: - A cluster

  private func examine(_ cluster: GuardedCluster, _ report: (FindingDocument) -> Void) {
    let section = cluster.configuration
    let name = section.name
    let status = cluster.tunnel.status
    var way = tunnel(status, of: name)
    if let host = status.servers.last {
      way.insert(TunnelFindings.keys(cluster: name, host), at: way.count - 1)
      way.append(files(host, of: name))
    }
    way.forEach(report)
    for forward in status.forwards { report(port(forward, of: name)) }
    let loaded = Result { () throws(PollFailure) in
      try Kubeconfig.load(
        path: try section.kubernetes.file(in: environment), context: section.kubernetes.context)
    }
    report(KubeconfigFindings.own(section, loaded, in: environment, now: .now))
    poll(section, status, target: (try? loaded.get()).map { section.target(of: $0.server) }).forEach(report)
    for source in cluster.pipeline?.knowledge.sources ?? [] {
      FindingDocument.findings(source, of: name).forEach(report)
    }
    for finding in cluster.pipeline?.unknownNames(at: .now) ?? [] {
      report(
        FindingDocument(
          "pipeline names", of: name, .warning, finding.detail, next: NextStep(note: finding.facts["advice"]))
      )
    }
  }

  /// The steps of the last attempt.
  private func tunnel(_ status: TunnelStatus, of name: String) -> [FindingDocument] {
    let way: Result<[Resolution], TunnelFailure>
    switch (status.state, status.lastFailure) {
    case (.up, _), (_, _?):
      way =
        status.servers.isEmpty
        ? status.lastFailure.map { .failure($0.failure) } ?? .success([]) : .success(status.servers)
    case (_, nil):
      return TunnelFindings.Step.allCases.map {
        FindingDocument($0.rawValue, of: name, .skipped, "the first attempt is still in progress")
      }
    }
    return TunnelFindings.findings(cluster: name, way: way, status: status)
  }

  private func files(_ host: Resolution, of name: String) -> FindingDocument {
    let (readable, refused) = host.readFiles()
    guard let first = refused.first else {
      return FindingDocument("files", of: name, .ok, "readable: \(readable.joined(separator: ", "))")
    }
    return FindingDocument(
      "files", of: name, .warning,
      "there, and not readable for \(environment.localUser): \(refused.joined(separator: ", "))",
      next: NextStep(
        command: "\(environment.asOwner)namei -l \(first.shellWord)",
        note: "shows owner and mode of each folder on the way to it"))
  }

  private var isUserGuard: Bool { if case .user = environment.service { true } else { false } }

  private func port(_ forward: TunnelStatus.Forward, of name: String) -> FindingDocument {
    let step = "port \(forward.listen)"
    switch forward.state {
    case .portBusy:
      return PortFindings.forward(
        forward.listen, cluster: name, holder: forward.holder ?? "another process", isTaken: true,
        isUserGuard: isUserGuard)
    case .listening:
      if let shortage = forward.shortage {
        return FindingDocument(
          step, of: name, .failed, "accepts no connection: \(shortage)",
          next: NextStep(command: "oceanid-ctl tunnel"))
      }
      guard let next = socketStep(forward.listen) else {
        return FindingDocument(step, of: name, .ok, "the guard listens")
      }
      return FindingDocument(
        step, of: name, .warning,
        "the guard listens, and its socket unit does not hold the port: clients are refused while the guard restarts",
        next: next)
    }
  }

  /// The steps of the last poll.
  private func poll(
    _ section: Configuration.Cluster, _ status: TunnelStatus, target: StreamAddress?
  ) -> [FindingDocument] {
    let entry = board.entries.first { $0.report.name == section.name }
    let observation = entry?.observation
    let result: Result<Snapshot, PollFailure>? =
      if status.state != .up {
        nil
      } else if let failure = observation?.pollFailure {
        // That poll failed before the tunnel came up. The next one is in progress.
        failure.code == .tunnelDown ? nil : .failure(failure)
      } else {
        observation?.snapshot.map { .success($0) }
      }
    let findings = ClusterFindings.findings(
      cluster: section.name, target: target?.description ?? "",
      refusal: status.state == .up
        ? status.forwards.first { $0.target == target }?.refusal?.failure : nil,
      expectsFlux: section.expect.fluxVersion != nil, poll: result, now: observation?.snapshotAt ?? .now)
    guard result != nil, let at = entry?.poll?.at else { return findings }
    return ClusterFindings.dated(findings, at: at, now: .now, interval: section.kubernetes.poll.interval)
  }
}
