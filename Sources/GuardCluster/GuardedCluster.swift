internal import Dispatch
internal import GuardAPI
package import GuardConfiguration
package import GuardIncidents
package import GuardJournal
package import GuardMetrics
package import GuardState
package import GuardStatus
internal import GuardTypes
package import Health
internal import IncidentTracking
internal import Kubernetes
internal import Pipeline
internal import Platform
internal import Synchronization
package import Tunnel

/// A cluster of the configuration: its tunnel, its poller, and the judgment of both by the health rules.
package actor GuardedCluster {
  /// The queue that owns this actor's state.
  private let executor: QueueExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// The section of guard.yaml in force.
  package nonisolated let configuration: Configuration.Cluster
  /// Carries the polls and the forwards.
  package nonisolated let tunnel: SSHTunnel
  /// Polls the API.
  package nonisolated let poller: Poller
  /// Round-trip times of the tunnel.
  package nonisolated let roundTrips: RoundTripRecord
  /// Counts polls and losses for the metrics.
  package nonisolated let counters = ClusterCounters()
  /// nil without a `pipeline` in the configuration.
  package nonisolated let pipeline: ClusterPipeline?
  private let access: ClusterAccess
  /// The kubeconfig's path for the commands in remedies.
  private let kubeconfig: String
  /// Set once, at the stop. Later events result from the shutdown and are ignored.
  private let isStopped = Atomic<Bool>(false)
  private let board: StatusBoard
  private let ledger: IncidentLedger
  private let observed: @Sendable () -> Void
  private let journal: ClusterJournal
  private let changes: ChangeRecorder
  private var history: PollHistory
  private let historyFile: PollHistoryFile?
  /// The contents of the file, and when they were written. An old poll's objects must not stay in memory with them.
  private var savedHistory: (history: PollHistory, at: Timestamp)?
  /// The interval at which the history is saved if only Lease renewals changed. They change all the time, and
  /// an older time is sufficient to detect a Lease that is no longer renewed.
  private static let leaseSaveInterval: Duration = .seconds(600)
  private var lastPoll: PollOutcome?
  private var seen: (snapshot: Snapshot, at: Timestamp)?
  /// The reason why the snapshot is outdated: the last poll failed, or the tunnel went down since.
  private var pollFailure: PollFailure?
  private var previous: ClusterReport?
  /// The last entry of the board, without the pipeline's document.
  private var shown: (report: ClusterReport, observation: Observation)?
  /// nil: the control plane is not asked over SSH.
  private let serviceProbe: ServiceProbe?
  /// The state of K3s's service while the API does not answer, and when it was last requested.
  private var service: ServiceReport?
  private var serviceAskedAt: MonotonicTime?

  /// Starts the tunnel; polls begin once it is up.
  ///
  /// - Parameters:
  ///   - state: nil: there is no state directory.
  ///   - probesService: ask over SSH for the state of K3s's service while the API does not answer.
  ///   - socketStep: the next step for an address that this process holds and its socket unit does not.
  ///   - observed: called after each observation of the ledger.
  /// - Throws: `SystemError` if the system can't provide a thread, an epoll or an eventfd; `SourceFailure` if libcurl
  ///   can't be used for the pipeline.
  package init(
    _ configuration: Configuration.Cluster, board: StatusBoard, ledger: IncidentLedger, log: any EventLog,
    environment: LocalEnvironment, state: StateFolder?, socketFolder: String,
    adopted: [StreamAddress: Int32], probesService: Bool = false,
    socketStep: @escaping @Sendable (StreamAddress) -> NextStep?,
    observed: @escaping @Sendable () -> Void
  ) throws {
    let executor = QueueExecutor(label: "cluster \(configuration.name)")
    let events = BufferedStream<TunnelEvent>()
    let outcomes = BufferedStream<PollOutcome>()
    let tunnel = try SSHTunnel(
      name: configuration.name, configuration: TunnelConfiguration(configuration.tunnel),
      socketFolder: socketFolder,
      // A placeholder until the kubeconfig is read. No connection is made before.
      internalTarget: configuration.tunnel.forwards.first?.target
        ?? Configuration.Forward.standard.target,
      environment: environment, adopted: adopted, observer: events.send)
    let pipelinePolls = BufferedStream<Bool>()
    pipeline = try configuration.pipeline.map { section throws(SourceFailure) in
      try ClusterPipeline(
        section, cluster: configuration.name, environment: environment,
        file: state.map { PipelineHistoryFile(cluster: configuration.name, folder: $0) }, log: log,
        changed: pipelinePolls.send)
    }
    let historyFile = state.map { PollHistoryFile(cluster: configuration.name, folder: $0) }
    let history = historyFile?.load() ?? PollHistory()
    let access = ClusterAccess(
      configuration, tunnel: tunnel, environment: environment,
      kinds: Set(history.kinds.filter { $0.value.goneSince == nil }.keys))
    self.executor = executor
    self.configuration = configuration
    self.tunnel = tunnel
    self.access = access
    self.serviceProbe = probesService ? ServiceProbe(tunnel: tunnel) : nil
    self.kubeconfig =
      (try? configuration.kubernetes.file(in: environment)) ?? configuration.kubernetes.kubeconfig
    self.board = board
    self.ledger = ledger
    self.observed = observed
    self.historyFile = historyFile
    self.roundTrips = RoundTripRecord(cluster: configuration.name, folder: state)
    self.history = history
    self.savedHistory = (history, Timestamp.now)
    let journalFile = state.map { JournalStateFile(cluster: configuration.name, folder: $0) }
    self.journal = ClusterJournal(
      cluster: configuration.name, host: tunnel.status.host, log: log, ledger: ledger,
      // Ids of incidents that the ledger has lost must not be reused, because receivers would treat the
      // notices as repetitions.
      state: ledger.isNew ? JournalState() : journalFile?.load() ?? JournalState(),
      socketStep: socketStep,
      save: { journalFile?.save($0) })
    self.changes = ChangeRecorder(
      cluster: configuration.name, fluxNamespace: configuration.expect.fluxNamespace, log: log,
      file: state.map { InventoryFile(cluster: configuration.name, folder: $0) })
    self.poller = Poller(
      cluster: configuration.name, interval: configuration.kubernetes.poll.interval, ask: access.poll,
      deliver: outcomes.send)
    events.connect { [weak self] event in
      guard let self else { return }
      executor.queue.async { self.assumeIsolated { $0.record(event) } }
    }
    outcomes.connect { [weak self] outcome in
      guard let self else { return }
      executor.queue.async { self.assumeIsolated { $0.record(outcome) } }
    }
    pipelinePolls.connect { [weak self] isRelevant in
      guard let self else { return }
      executor.queue.async { self.assumeIsolated { $0.recordPipeline(isRelevant: isRelevant) } }
    }
    // The kubeconfig is read on another thread, because a file system may hang.
    // Not on the global queue, whose monitor would wake the process every second from then on.
    DispatchQueue(label: "kubeconfig").async { [weak self] in
      access.readKubeconfig()
      guard let self else { return }
      executor.queue.async { self.assumeIsolated { $0.judgeNow() } }
    }
  }

  /// Stops polls and the tunnel.
  ///
  /// - Returns: false if the tunnel's thread did not end within `timeout`.
  package nonisolated func stop(timeout: Duration) -> Bool {
    isStopped.store(true, ordering: .relaxed)
    poller.stop()
    pipeline?.stop()
    access.cancel()
    roundTrips.save()
    // The next run of the guard starts with this history.
    let isKept = DispatchSemaphore(value: 0)
    executor.queue.async {
      self.assumeIsolated {
        $0.saveHistory(at: Timestamp.now, isLast: true)
        $0.changes.save(at: Timestamp.now, isLast: true)
      }
      isKept.signal()
    }
    _ = isKept.wait(timeout: .now() + .seconds(1))
    return tunnel.stop(timeout: timeout)
  }

  /// Polls the cluster and its pipeline at once.
  package nonisolated func pollNow() {
    poller.pollNow()
    pipeline?.pollNow()
  }

  /// The pipeline was polled. The cluster is judged again only if that may change the judgment.
  private func recordPipeline(isRelevant: Bool) {
    guard !isStopped.load(ordering: .relaxed) else { return }
    guard !isRelevant, let shown else { return judgeNow() }
    show(shown.report, shown.observation, pipeline?.report(at: .now))
  }

  private func record(_ event: TunnelEvent) {
    guard !isStopped.load(ordering: .relaxed) else { return }
    counters.record(event)
    journal.write(event)
    if case .changed(_, let state, _, _) = event {
      if state == .up {
        access.startAfresh()
        poller.pollNow()
      } else {
        // The last snapshot is outdated until the next successful poll, even if the tunnel is up again.
        pollFailure = access.tunnelDown
      }
    }
    judgeNow()
  }

  private func record(_ outcome: PollOutcome) {
    guard !isStopped.load(ordering: .relaxed) else { return }
    lastPoll = outcome
    counters.record(outcome.result)
    if let roundTrip = tunnel.status.roundTrip { roundTrips.add(roundTrip, at: outcome.at) }
    switch outcome.result {
    case .success(let snapshot):
      seen = (snapshot, outcome.at)
      pollFailure = nil
      (service, serviceAskedAt) = (nil, nil)
      journal.writePollSucceeded()
      // Before the judgment, because changes cause problems.
      changes.record(snapshot, at: outcome.at)
    case .failure(let failure):
      pollFailure = failure
      // A poll that failed because of the tunnel is not a failure of the API.
      if failure.code != .tunnelDown, tunnel.status.state == .up { journal.write(pollFailed: failure) }
      askForService(after: failure)
    }
    judgeNow()
  }

  /// Asks for the state of K3s's service when the API goes down, and then each minute. The answer takes seconds at most,
  /// and nothing waits for it.
  private func askForService(after failure: PollFailure) {
    guard let serviceProbe, failure.code.mayBeOfService, tunnel.status.state == .up else { return }
    let now = MonotonicTime.now
    guard serviceAskedAt.map({ now - $0 >= ServiceProbe.interval }) ?? true else { return }
    serviceAskedAt = now
    DispatchQueue(label: "service probe").async { [weak self] in
      let report = serviceProbe.report()
      guard let self else { return }
      executor.queue.async {
        self.assumeIsolated {
          // The API may have answered meanwhile.
          guard $0.pollFailure != nil, $0.serviceAskedAt != nil else { return }
          $0.service = report
          $0.judgeNow()
        }
      }
    }
  }

  private func saveHistory(at now: Timestamp, isLast: Bool = false) {
    if let (known, at) = savedHistory {
      let isSame =
        known.firstSeen == history.firstSeen && known.failures == history.failures
        && known.critical == history.critical && known.kinds == history.kinds
      let isDue = isLast || now - at > GuardedCluster.leaseSaveInterval || now < at
      guard !isSame || (isDue && known.renewals != history.renewals) else { return }
    }
    historyFile?.save(history)
    savedHistory = (history.withoutObjects, now)
  }

  private func judgeNow() {
    guard !isStopped.load(ordering: .relaxed) else { return }
    let now = Timestamp.now
    let pipelineReport = pipeline?.report(at: now)
    let observation = Observation(
      cluster: configuration.name, listen: configuration.publicListen,
      kubeconfig: kubeconfig, context: configuration.kubernetes.context,
      serverFlags: access.serverFlags, target: access.selected, mismatch: access.obstacle,
      owner: access.owner,
      tunnel: TunnelHealth(tunnel.status),
      apiTarget: access.target?.description,
      snapshot: seen?.snapshot,
      snapshotAt: seen?.at, pollFailure: pollFailure, service: service,
      pollInterval: configuration.kubernetes.poll.interval,
      expectations: configuration.expect, findings: pipelineReport?.findings ?? [],
      unseenSubjects: (pipelineReport?.unseenSubjects ?? [])
        .union(pipeline?.unseenMarkers(of: seen?.snapshot) ?? []))
    let (ruled, history) = judge(observation, history: history, now: now)
    let judged =
      pipeline?.joinMarkers(with: ruled, observation, at: now) ?? ruled
    self.history = history
    saveHistory(at: now)
    let update = ledger.observe(
      ProblemObservation(
        cluster: configuration.name, problems: judged.problems, unseen: judged.unseen,
        unseenSubjects: judged.unseenSubjects, poll: lastPoll?.at), at: now)
    let report = judged.beginning(at: update.begins)
    journal.write(update.events, from: previous, to: report)
    previous = report
    show(report, observation, pipelineReport)
    observed()
    // The memory for judging thousands of problems is not needed again before the next poll.
    if report.problems.count > StatusDocument.problemLimit { ResidentMemory.trim() }
  }

  private func show(_ report: ClusterReport, _ observation: Observation, _ pipelineReport: PipelineReport?) {
    shown = (report, observation)
    let document = pipelineReport.flatMap { judged in
      pipeline?.document(judged, report, isFresh: observation.isFresh)
    }
    let tunnel = tunnel
    board.update(
      .init(
        report: report, observation: observation, poll: lastPoll, tunnel: { tunnel.status },
        pipeline: document, pipelineAnswers: pipeline?.answers ?? [:]))
  }
}
