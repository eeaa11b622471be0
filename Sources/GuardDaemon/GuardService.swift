internal import Dispatch
internal import Glibc
internal import GuardAPI
internal import GuardAlerts
internal import GuardCluster
internal import GuardConfiguration
internal import GuardControl
internal import GuardDoctor
internal import GuardIncidents
internal import GuardJournal
internal import GuardMetrics
internal import GuardState
internal import GuardStatus
internal import Health
internal import Platform
internal import Synchronization
internal import Systemd
internal import Tunnel

/// The daemon: starts its parts, applies reloads and stops them in order.
package final class GuardService: Sendable {
  /// Exit statuses from sysexits.h: EX_CONFIG and EX_UNAVAILABLE.
  static let configurationStatus: Int32 = 78
  private static let unavailableStatus: Int32 = 69
  /// The same as LimitNOFILE in the unit.
  private static let descriptors = 16384
  /// The time for closing the tunnels when the guard ends.
  private static let closeTimeout: Duration = .seconds(2)
  /// The time for writing the last log entries.
  private static let logTimeout = DispatchTimeInterval.seconds(1)

  struct State {
    var configuration: Configuration
    var inherited = InheritedSockets()
    var clusters: [GuardedCluster] = []
    var isStopping = false
  }

  /// Runs reloads and the stop, one at a time.
  let queue = DispatchQueue(label: "guard")
  let liveness: QueueLiveness
  let state: Mutex<State>
  private let configurationPath: String?
  private let boundedLog: BoundedLog
  let log: any EventLog
  let board: StatusBoard
  let ledger: IncidentLedger
  let passes: IncidentPasses
  let statusLine: StatusLine
  private let viewRequests = GuardViewRequests()
  /// Nil: there is no state directory.
  private let folder: StateFolder?
  private let alerts: AlertDelivery
  private let textfile: MetricsTextfile
  private let history: History
  let environment: LocalEnvironment
  let server: Mutex<ControlServer?> = Mutex(nil)

  /// Runs until SIGTERM or SIGINT.
  ///
  /// - Parameter configurationPath: the path from `--config`; nil for the default files.
  /// - Returns: the exit status.
  package static func run(configurationPath: String?) -> Int32 {
    // Signals are blocked before the first thread exists, because threads inherit the mask.
    let signals: SignalDescriptor
    do throws(SystemError) {
      signals = try Supervisor.blockSignals()
    } catch {
      return refuse(startFailure(error))
    }
    // No part of the guard works without threads, not even its log.
    if let shortage = Supervisor.findShortage() { return refuse(Supervisor.record(shortage)) }
    ResidentMemory.configureHeap()
    ProcessMemory.hide()
    DescriptorLimit.raise(to: descriptors)
    let log = standardEventLog()
    defer { log.flush(within: logTimeout) }
    defer { RunningPrograms.endAll() }
    let configuration: Configuration
    do throws(ConfigurationErrors) {
      configuration = try Configuration.load(path: configurationPath)
    } catch {
      // In a shell, print the errors to standard error. In the journal, log an event.
      guard Journal.isConnected() else { return complain(error) }
      log.write(StartError.record(error))
      signals.unblock()
      refuseClients(because: error)
      return configurationStatus
    }
    let guarding = GuardService(configuration, path: configurationPath, log: log)
    do {
      let supervisor = try Supervisor(signals) { _exit(refuse($0)) }
      try guarding.start()
      guarding.wait(supervisor)
      supervisor.finish()
      return 0
    } catch {
      guarding.log.write(startFailure(error))
      return unavailableStatus
    }
  }

  private static func startFailure(_ error: any Error) -> LogRecord {
    LogRecord(.startFailed, "oceanid-guard can't start: \(error)", subject: "guard", reason: "\(error)")
  }

  /// Reports why the guard ends, without the help of another thread.
  ///
  /// - Returns: the exit status.
  private static func refuse(_ record: LogRecord) -> Int32 {
    standardLogDestination().write(record, at: .now)
    notifyManager(.status(record.message))
    return unavailableStatus
  }

  private static func refuseClients(because errors: ConfigurationErrors) {
    guard let passed = try? SocketActivation.passedSockets(), !passed.isEmpty else { return }
    notifyManager(
      .status("can't start: \(errors.errors.first?.description ?? "the configuration has errors")"))
    QueuedClients.reject(from: passed, with: .notStarted(errors), for: QueuedClients.timeLimit)
  }

  private init(_ configuration: Configuration, path: String?, log: QueuedLog) {
    self.liveness = QueueLiveness(of: queue)
    self.state = Mutex(State(configuration: configuration))
    self.configurationPath = path
    let board = StatusBoard()
    self.board = board
    self.history = History()
    let bounded = BoundedLog(log)
    self.boundedLog = bounded
    self.log = PublishingLog(log: bounded, history: history.memory) { board.publish($0) }
    self.environment = LocalEnvironment.ofThisProcess()
    self.textfile = MetricsTextfile(log: self.log)
    let folder = StateFolder(environment: environment.variables)
    self.folder = folder
    let alerts = AlertDelivery(
      configuration.alerts, from: configuration.file, folder: folder, environment: environment, log: self.log)
    self.alerts = alerts
    let ledger = IncidentLedger(
      file: folder.map(IncidentFile.init), log: self.log, board: board, deliver: { alerts.send($0) })
    self.ledger = ledger
    let statusLine = StatusLine(board: board)
    self.statusLine = statusLine
    self.passes = IncidentPasses(
      on: queue, ledger: ledger, alerts: alerts, board: board, folder: folder, passed: statusLine.refresh)
  }

  private func start() throws {
    let configuration = state.withLock { $0.configuration }
    var inherited = InheritedSockets(try SocketActivation.passedSockets())
    let misfit = inherited.fit(configuration.clusters)
    state.withLock { $0.inherited = inherited }
    // The board knows the clusters before the first request arrives.
    board.setConfiguration(file: configuration.file)
    board.setOrder(configuration.clusters.map(\.name))
    do {
      try openControlSocket(inherited.control.map { .adopted($0) } ?? .path(configuration.control.socket))
    } catch {
      throw StartError(description: "control socket: \(error)")
    }
    InternalSocket.removeStale(in: configuration.control.folder)
    removeUnknownClusters(configuration)
    let clusters = try configuration.clusters.map { try begin($0, inherited.copies(for: $0)) }
    state.withLock { $0.clusters = clusters }
    log.write(
      LogRecord(
        .started,
        """
        oceanid-guard \(Product.version) watches \(configuration.clusters.map(\.name).joined(separator: ", ")), \
        with \(LinkedLibraries.text)
        """,
        subject: "guard",
        extra: Dictionary(
          LinkedLibraries.versions.map { ($0.field, $0.version) }, uniquingKeysWith: { $1 }
        )
        .merging([.incidentsKept: "\(!ledger.isNew)", .changesRecorded: "true"]) { $1 }))
    if let misfit { log.write(misfit) }
  }

  private func openControlSocket(_ socket: ControlServer.Socket) throws {
    let actions = ControlServer.Actions(
      reconnect: { [weak self] name in self?.each(named: name) { $0.tunnel.reconnect() } ?? false },
      poll: { [weak self] name in self?.each(named: name) { $0.pollNow() } ?? false },
      reload: { [weak self] done in self?.queue.async { [weak self] in (self?.reload()).map(done) } },
      history: history.read,
      metrics: { [weak self] in self?.metrics() ?? [] },
      roundTrips: { [weak self] in
        RoundTripsDocument(
          slotSeconds: Int(RoundTripSeries.slot.components.seconds),
          clusters: (self?.clusters(named: nil) ?? []).map { cluster in
            .init(
              name: cluster.configuration.name, slots: cluster.roundTrips.slots.map(RoundTripDocument.init))
          })
      },
      incidents: { [ledger, alerts] in ledger.document(channels: alerts.channelCount) },
      silence: { [ledger] request, peer in ledger.answer(request, by: UserAccount.described(peer.uid)) },
      endSilence: { [ledger] id, peer in ledger.endSilence(id: id, by: UserAccount.described(peer.uid)) },
      guardView: { [weak self, viewRequests] done in
        guard let self else { return done(nil) }
        viewRequests.ask(of: { self.view }, done)
      },
      find: { [weak self] commit, name, done in self?.find(commit, in: name, done) ?? done(.notConfigured) },
      alerts: { [alerts] in alerts.document },
      testAlert: { [alerts] name, done in alerts.test(channel: name, done) },
      breakGlass: { [weak self, log] request, peer in
        guard self?.clusters(named: request.cluster).isEmpty == false else { return false }
        log.write(
          LogRecord(
            .breakGlass,
            "\(request.command) run manually by uid \(peer.uid), pid \(peer.pid): \(request.reason)",
            cluster: request.cluster, subject: "cluster \(request.cluster)", to: request.command,
            reason: request.reason, extra: [.peerUID: "\(peer.uid)", .peerPID: "\(peer.pid)"]))
        return true
      },
      audit: { [log] action, peer, allowed in
        log.write(
          LogRecord(
            allowed ? .adminAction : .adminRefused,
            "\(action) \(allowed ? "requested by" : "refused for") uid \(peer.uid), pid \(peer.pid)",
            subject: "control socket", to: action,
            extra: [.peerUID: "\(peer.uid)", .peerPID: "\(peer.pid)"]))
      })
    let server = try ControlServer(socket, board: board, actions: actions)
    self.server.withLock { $0 = server }
  }

  /// Binds the control socket again if its file was removed, because clients can't connect without it.
  func restoreControlSocket() {
    guard let server = server.withLock({ $0 }), !server.isReachable else { return }
    let path = state.withLock { $0.configuration.control.socket }
    server.stop()
    do {
      try openControlSocket(.path(path))
      log.write(
        LogRecord(
          nil, "the control socket \(path) was removed and has been created again", priority: .warning))
    } catch {
      log.write(
        LogRecord(
          nil, "the control socket \(path) was removed and cannot be created again: \(error)",
          priority: .error))
    }
  }

  private func metrics() -> [MetricFamily] {
    let counts = Dictionary(
      clusters(named: nil).map { ($0.configuration.name, $0.counters.counts) }
    ) { first, _ in first }
    let entries = board.entries
    return ClusterFamilies.families(entries, counts: counts) + PipelineFamilies.families(entries)
      + OwnFamilies.families(
        at: Double(WallClock.milliseconds) / 1000, .current(), firing: ledger.firing,
        configurationIsRejected: board.configurationIsRejected)
      + AlertFamilies.families(alerts.figures)
  }

  func writeMetrics() {
    guard let path = state.withLock({ $0.configuration.metricsTextfile }) else { return }
    textfile.write(MetricFormat.prometheus.text(metrics()), to: path)
  }

  /// Removes the incidents and files of clusters that are not in the configuration.
  private func removeUnknownClusters(_ configuration: Configuration) {
    let names = configuration.clusters.map(\.name)
    ledger.retain(clusters: names)
    if let folder { JournalStateFile.removeAll(except: names, in: folder) }
  }

  private func begin(_ cluster: Configuration.Cluster, _ adopted: [StreamAddress: Int32]) throws
    -> GuardedCluster
  {
    // Use the folder of the control socket, because the guard's user can create files there.
    let socketFolder = state.withLock { $0.configuration.control.folder }
    return try GuardedCluster(
      cluster, board: board, ledger: ledger, log: log, environment: environment, state: folder,
      socketFolder: socketFolder, adopted: adopted, probesService: cluster.pipeline?.probe ?? false,
      socketStep: { [weak self] in self?.step(holdingAlone: $0) },
      observed: passes.request)
  }

  // MARK: - Reload

  /// Applies a changed configuration; an invalid one changes nothing. A cluster with an unchanged section
  /// keeps its tunnel and its open connections.
  func reload() -> ReloadOutcome {
    notifyManager(.reloading)
    // A service manager has no state for a failed reload, so the status text reports it.
    defer { notifyManager(.ready, .status(statusLine.text)) }
    var next: Configuration
    do throws(ConfigurationErrors) {
      next = try Configuration.load(
        path: configurationPath, environment: .current.reloaded(in: environment),
        running: state.withLock(\.configuration))
    } catch {
      board.reject(error)
      let command = ConfigurationStatus.step(after: error, file: configurationPath)
      log.write(
        LogRecord(
          .configRejected, "configuration rejected, the running one stays in force: \(error)",
          subject: "configuration", reason: "\(error)", remedy: command, command: command))
      return .rejected(error)
    }
    let (previous, running) = state.withLock { ($0.configuration, $0.clusters) }
    next.keepUnchangedAlerts(of: previous)
    let kept = running.filter { next.clusters.contains($0.configuration) }
    GuardService.stop(running.filter { cluster in !kept.contains { $0 === cluster } }, timeout: .seconds(3))
    let (misfit, inherited) = state.withLock { ($0.inherited.fit(next.clusters), $0.inherited) }
    board.setOrder(next.clusters.map(\.name))
    removeUnknownClusters(next)
    var clusters: [GuardedCluster] = []
    var failures: [String] = []
    for section in next.clusters {
      if let same = kept.first(where: { $0.configuration == section }) {
        clusters.append(same)
      } else {
        do {
          clusters.append(try begin(section, inherited.copies(for: section)))
        } catch {
          failures.append("\(section.name) can't be started: \(error)")
          log.write(
            LogRecord(
              .configRejected, "\(section.name) can't be started: \(error)", cluster: section.name,
              subject: "configuration", reason: "\(error)",
              remedy: "check limits: ulimit -n, TasksMax; then reload again"))
        }
      }
    }
    state.withLock {
      $0.configuration = next
      $0.clusters = clusters
    }
    alerts.reconfigure(next.alerts)
    board.setConfiguration(file: next.file)
    let moved =
      previous.control.socket != next.control.socket ? "; control.socket changes with the next start" : ""
    let message = "configuration reloaded, \(kept.count) of \(clusters.count) clusters unchanged\(moved)"
    log.write(LogRecord(.configReloaded, message, subject: "configuration"))
    if let misfit { log.write(misfit) }
    // A change of 'listen' requires another command, which the response contains.
    let rest = misfit.map { ["\($0.message)\($0.remedy.map { ": \($0)" } ?? "")"] } ?? []
    return failures.isEmpty
      ? .applied(([message] + rest).joined(separator: "; "))
      : .incomplete((failures + rest).joined(separator: "; "))
  }

  // MARK: - Stop

  func stop(_ supervisor: Supervisor) {
    let clusters = state.withLock { state -> [GuardedCluster]? in
      guard !state.isStopping else { return nil }
      state.isStopping = true
      return state.clusters
    }
    guard let clusters else { return }
    notifyManager(.stopping, .status("stopping"), .extendTimeout(GuardService.closeTimeout + .seconds(4)))
    supervisor.beat()
    server.withLock { $0.take() }?.stop()
    GuardService.stop(clusters, timeout: GuardService.closeTimeout)
    supervisor.beat()
    ledger.save()
    alerts.stop(timeout: .seconds(1))
    boundedLog.flushSuppressed()
    log.write(LogRecord(.stopped, "oceanid-guard stopped", subject: "guard"))
    supervisor.orders.post(.end)
  }

  /// Stops all clusters at the same time, so that unresponsive servers delay it by `timeout` only once.
  private static func stop(_ clusters: [GuardedCluster], timeout: Duration) {
    let end = MonotonicTime.now + timeout
    for cluster in clusters { _ = cluster.stop(timeout: .zero) }
    for cluster in clusters { _ = cluster.stop(timeout: max(.zero, end - .now)) }
  }

  // MARK: - Parts

  func clusters(named name: String?) -> [GuardedCluster] {
    state.withLock { $0.clusters }.filter { name == nil || $0.configuration.name == name }
  }

  /// - Returns: false if there is no such cluster.
  func each(named name: String?, _ body: (GuardedCluster) -> Void) -> Bool {
    let named = clusters(named: name)
    named.forEach(body)
    return !named.isEmpty
  }
}

/// Notifies the service manager. A failure is ignored.
func notifyManager(_ states: Notify.State...) {
  _ = try? Notify.send(states)
}
