internal import Dispatch
package import GuardAPI
package import GuardConfiguration
package import GuardJournal
package import GuardState
package import Health
package import IncidentTracking
internal import Platform
internal import Synchronization
internal import Systemd
package import Tunnel

/// Delivers notices to all channels that accept them, at least once.
///
/// The list of channels has one lock; each channel is a `ChannelWorker` with a lock and a queue of its own.
/// All functions are thread-safe and wait for no server. `send` writes to the state directory.
package final class AlertDelivery: Sendable {
  typealias Maker = @Sendable (Configuration.AlertChannel) -> [any DeliveryChannel]

  private struct Entry {
    let configuration: Configuration.AlertChannel
    /// One worker per server that gets every alert.
    let workers: [ChannelWorker]
  }

  /// The limit of requested tests that run at the same time.
  private static let maxRunningTests = 4

  private let entries: Mutex<[Entry]> = Mutex([])
  private let context: Mutex<AlertContext?> = Mutex(nil)
  private let tests = Mutex(0)
  private let folder: StateFolder?
  private static let subfolder = StateFile.alerts
  private let log: any EventLog
  private let policy: DeliveryPolicy
  private let clocks: AlertClocks
  private let make: Maker

  /// - Parameters:
  ///   - folder: the state directory. If nil, notices that are pending when the guard ends are lost.
  ///   - make: creates one channel per server of a configured channel.
  init(
    _ channels: [Configuration.AlertChannel], folder: StateFolder?, log: any EventLog,
    policy: DeliveryPolicy = DeliveryPolicy(),
    clocks: AlertClocks = AlertClocks(), make: @escaping Maker
  ) {
    self.folder = folder
    self.log = log
    self.policy = policy
    self.clocks = clocks
    self.make = make
    folder?.makeFolder(AlertDelivery.subfolder)
    reconfigure(channels)
    removeOrphans()
  }

  /// Removes the spools of channels that the configuration no longer names.
  private func removeOrphans() {
    guard let folder else { return }
    let known = Set(workers.map { "\($0.id).spool" })
    for name in folder.names(in: AlertDelivery.subfolder)
    where name.hasSuffix(".spool") && !known.contains(name) {
      var spool = Spool(name: "\(AlertDelivery.subfolder)/\(name)", in: folder)
      var outbox = Outbox(policy: policy)
      _ = try? spool.load(into: &outbox)
      spool.remove()
      if !outbox.isEmpty {
        log.write(
          .dropped(
            outbox.count, of: String(name.dropLast(6).prefix { $0 != "~" }), because: ChannelWorker.isGone))
      }
    }
  }

  /// Creates the configured channels.
  ///
  /// - Parameter file: the configuration file, if there is one.
  package convenience init(
    _ channels: [Configuration.AlertChannel], from file: String?, folder: StateFolder?,
    environment: LocalEnvironment, log: any EventLog
  ) {
    let factory = ChannelFactory(environment: environment, file: file)
    self.init(channels, folder: folder, log: log) { factory.channels(for: $0) }
  }

  // MARK: - Input

  /// The number of configured channels.
  package var channelCount: Int { entries.withLock { $0.count } }

  /// Saves a notice in the spools of the channels before it returns.
  package func send(_ notice: IncidentNotice) {
    for worker in workers { worker.send(notice) }
  }

  /// Reports the current state. Call it at least every few minutes: a state that was not refreshed for 15 min
  /// is neither sent again nor confirmed by a ping.
  package func refresh(_ context: AlertContext) {
    self.context.withLock { $0 = context }
    for worker in workers { worker.refresh(context) }
  }

  /// Retries to save notices that a full disk refused. Call it before the incident tracker records them as
  /// sent.
  package func retryUnsaved() { for worker in workers { worker.retryUnsaved() } }

  /// Applies a new configuration. An unchanged channel continues. A changed channel takes over the pending
  /// notices of the channel with the same name. A new channel starts with the firing incidents. The pending
  /// notices of a removed channel are dropped.
  package func reconfigure(_ channels: [Configuration.AlertChannel]) {
    let former = entries.withLock { $0 }
    var next: [Entry] = []
    var kept: Set<ObjectIdentifier> = []
    for configuration in channels {
      let same = former.first { $0.configuration.name == configuration.name }
      if let same, same.configuration == configuration {
        next.append(same)
        kept.formUnion(same.workers.map(ObjectIdentifier.init))
        continue
      }
      var workers: [ChannelWorker] = []
      for (index, channel) in make(configuration).enumerated() {
        if let worker = same?.workers.dropFirst(index).first {
          worker.replace(configuration, channel)
          workers.append(worker)
        } else {
          workers.append(worker(configuration, channel, index))
        }
      }
      kept.formUnion(workers.map(ObjectIdentifier.init))
      next.append(Entry(configuration: configuration, workers: workers))
    }
    entries.withLock { $0 = next }
    if let context = context.withLock({ $0 }) {
      for worker in next.flatMap(\.workers) { worker.refresh(context) }
    }
    let gone = former.flatMap(\.workers).filter { !kept.contains(ObjectIdentifier($0)) }
    AlertDelivery.stop(gone, timeout: .milliseconds(500), savesPending: false)
  }

  private func worker(
    _ configuration: Configuration.AlertChannel, _ channel: any DeliveryChannel, _ index: Int
  ) -> ChannelWorker {
    // Channel names contain no tilde.
    let id = index == 0 ? configuration.name : "\(configuration.name)~\(index + 1)"
    return ChannelWorker(
      id: id, configuration, channel,
      spool: folder.map { Spool(name: "\(AlertDelivery.subfolder)/\(id).spool", in: $0) }, policy: policy,
      clocks: clocks, log: log)
  }

  // MARK: - Tests

  /// The outcome of a test.
  package enum TestOutcome: Hashable, Sendable {
    case delivered(String)
    case failed(String, remedy: String)
    case unknownChannel
    case busy
  }

  /// Sends a test incident through one channel, ahead of all pending notices.
  ///
  /// - Parameter done: called once, on any thread.
  package func test(channel name: String, _ done: @escaping @Sendable (TestOutcome) -> Void) {
    guard let entry = entries.withLock({ $0.first { $0.configuration.name == name } }) else {
      return done(.unknownChannel)
    }
    let isTaken = tests.withLock { tests in
      guard tests < AlertDelivery.maxRunningTests else { return false }
      tests += 1
      return true
    }
    guard isTaken else { return done(.busy) }
    let now = clocks.date()
    let notice = IncidentNotice(
      at: now, cluster: "", entries: [.init(.opened, .test(of: name, at: now))])
    DispatchQueue(label: "alerts test").async { [self] in
      var outcome = TestOutcome.delivered("\(name) accepted the test message")
      for worker in entry.workers {
        do throws(DeliveryError) {
          try worker.test(notice)
        } catch {
          outcome = .failed(error.message, remedy: error.remedy)
        }
      }
      tests.withLock { $0 -= 1 }
      done(outcome)
    }
  }

  // MARK: - Output

  /// The problems of channels that do not deliver. Only the other channels can report them.
  package var failures: [Problem] {
    entries.withLock { $0 }.compactMap { entry in entry.workers.compactMap(\.problem).first }
  }

  /// The document of `GET /v1/alerts`.
  package var document: AlertsDocument {
    let stateFailure = folder?.problem.map {
      AlertsDocument.StateFailure(since: $0.since, failure: "\($0.title): \($0.detail)", remedy: $0.remedy)
    }
    let failures = Dictionary(failures.map { ($0.subject, $0) }) { first, _ in first }
    return AlertsDocument(
      channels: figures.map { figures in
        let failure = failures[ChannelWorker.subject(figures.channel)]
        return .init(
          name: figures.channel, means: figures.means, failingSince: failure?.since, failure: failure?.detail,
          remedy: failure?.step.note, delivered: figures.delivered, failed: figures.failed,
          dropped: figures.dropped, waiting: figures.waiting)
      }, stateFailure: stateFailure)
  }

  /// In the order of the configuration.
  package var figures: [AlertFigures] {
    entries.withLock { $0 }.compactMap { entry in
      var figures = entry.workers.map(\.figures)[...]
      guard var sum = figures.popFirst() else { return nil }
      for more in figures {
        sum.delivered += more.delivered
        sum.failed += more.failed
        sum.dropped += more.dropped
        sum.waiting += more.waiting
        sum.isFailing = sum.isFailing || more.isFailing
      }
      return sum
    }
  }

  private var workers: [ChannelWorker] { entries.withLock { $0.flatMap(\.workers) } }

  // MARK: - Stop

  /// Cancels deliveries. Their notices stay in the state directory for the next start.
  package func stop(timeout: Duration) { AlertDelivery.stop(workers, timeout: timeout, savesPending: true) }

  private static func stop(_ workers: [ChannelWorker], timeout: Duration, savesPending: Bool) {
    let deadline = ContinuousClock.now + timeout
    for worker in workers { worker.cancel() }
    for worker in workers { worker.stop(until: deadline, savesPending: savesPending) }
  }
}
