internal import Dispatch
internal import GuardAPI
internal import GuardConfiguration
internal import GuardJournal
internal import Health
internal import IncidentTracking
internal import Platform
internal import Synchronization
internal import Systemd

/// Delivers the notices of one channel. It has its own lock and its own queue, so that a slow or hanging
/// server delays no other channel.
final class ChannelWorker: Sendable {
  /// The interval at which continuing drops are logged.
  private static let dropLogInterval: Duration = .seconds(300)

  /// The channel's name, with a number if it has several servers.
  let id: String
  private let queue: DispatchQueue
  private let state: Mutex<ChannelState>
  private let log: any EventLog
  private let policy: DeliveryPolicy
  private let clocks: AlertClocks
  private let isStopping = Atomic<Bool>(false)

  init(
    id: String, _ configuration: Configuration.AlertChannel, _ channel: any DeliveryChannel, spool: Spool?,
    policy: DeliveryPolicy, clocks: AlertClocks, log: any EventLog
  ) {
    self.id = id
    self.policy = policy
    self.clocks = clocks
    self.log = log
    queue = DispatchQueue(label: "alerts \(id)")
    var spool = spool
    var outbox = Outbox(policy: policy)
    var isNew = spool?.exists != true
    do throws(SystemError) {
      let unread = try spool?.load(into: &outbox) ?? 0
      if unread > 0 {
        log.write(
          LogRecord(nil, "\(spool?.path ?? ""): \(unread) lines can't be read", priority: .warning))
      }
    } catch {
      spool?.setAside()
      // The channel may not have received the firing incidents.
      isNew = true
      log.write(
        LogRecord(
          nil, "pending alerts of \(id) can't be read, so the firing incidents are sent again: \(error)",
          priority: .warning, remedy: "look at \(spool?.path ?? "")\(StateFile.damaged)"))
    }
    state = Mutex(
      ChannelState(
        configuration: configuration, channel: channel,
        delivery: DeliveryState(
          policy: policy, renewsEvery: channel.renewsEvery, isHeartbeat: !channel.hearsNotices,
          countsFloods: channel.countsFloods, outbox: outbox, failing: spool?.failing),
        spool: spool, isNew: isNew))
    // The filter, or the channel with this name, may have changed while the guard was not running.
    applyFilter()
    // Deliver notices that were pending when the guard stopped.
    wake()
  }

  var name: String { state.withLock { $0.configuration.name } }
  private var subject: String { "alerts \(name)" }

  /// Applies the configured filter to pending notices.
  private func applyFilter() {
    let (dropped, failure) = state.withLock { state -> (Int, SystemError?) in
      let dropped = state.applyFilter()
      return (dropped, dropped > 0 ? state.persist(.everything) : nil)
    }
    logUnsaved(failure)
    if dropped > 0 { reportDrops(dropped, because: "the configuration excludes them now") }
  }

  // MARK: - Input

  /// Saves the entries for this channel before it returns, so that they survive a crash of this process.
  func send(_ notice: IncidentNotice) {
    let (dropped, failure) = state.withLock { state -> (Int, SystemError?) in
      guard state.channel.hearsNotices else { return (0, nil) }
      var dropped = 0
      var notices: [Outbox.PendingNotice] = []
      for (index, entry) in notice.entries.enumerated() where state.wants(entry.incident) {
        // In a large notice, people read only the first details.
        let entry = index < policy.batch ? entry : entry.shortened(detailTo: Outbox.shortenedDetailLimit)
        let added = state.delivery.outbox.add(entry, at: notice.at)
        if added.isNew { notices.append(added.notice) }
        dropped += added.dropped
      }
      state.delivery.drop(dropped)
      return (dropped, state.persist(.put(notices)))
    }
    logUnsaved(failure)
    if dropped > 0 { reportDrops(dropped) }
    wake()
  }

  /// Applies the current state, and retries to save what could not be saved earlier.
  func refresh(_ context: AlertContext) {
    let (now, date) = (clocks.now(), clocks.date())
    let (dropped, failure) = state.withLock { $0.refresh(context, at: now, date) }
    logUnsaved(failure)
    if dropped > 0 { reportDrops(dropped) }
    wake()
  }

  /// Retries to save what could not be saved earlier.
  func retryUnsaved() { logUnsaved(state.withLock { $0.persist(.put([])) }) }

  /// Replaces the channel by another one with the same name, which delivers the pending notices.
  func replace(_ configuration: Configuration.AlertChannel, _ channel: any DeliveryChannel) {
    state.withLock { state in
      // A channel that sent only pings has delivered no incident yet.
      if !state.channel.hearsNotices, channel.hearsNotices { state.isNew = true }
      state.configuration = configuration
      state.channel = channel
      state.delivery.change(
        renewsEvery: channel.renewsEvery, isHeartbeat: !channel.hearsNotices,
        countsFloods: channel.countsFloods)
    }
    applyFilter()
    wake()
  }

  // MARK: - Delivery

  private func wake() {
    let isNeeded = state.withLock { state in
      guard !state.isAwake, !state.hasStopped else { return false }
      state.isAwake = true
      return true
    }
    if isNeeded { queue.async { [self] in work() } }
  }

  private func work() {
    while !isStopping.load(ordering: .acquiring) {
      let (channel, step, failure) = state.withLock { state in
        let step = state.delivery.next(at: clocks.now(), clocks.date())
        // Save the batch before sending: after a kill, the same message is sent again, not a different one
        // with the same entries.
        let failure = state.delivery.outbox.batch.flatMap { state.persist(.sending($0)) }
        // From now on, a new notice has to wake the queue.
        if case .idle = step { state.isAwake = false }
        if case .wait = step { state.isAwake = false }
        return (state.channel, step, failure)
      }
      logUnsaved(failure)
      let isCancelled = { self.isStopping.load(ordering: .acquiring) }
      let result: Result<Void, DeliveryError>
      switch step {
      case .idle: return
      case .wait(let moment): return nap(until: moment)
      case .deliver(let notice):
        result = Result { () throws(DeliveryError) in
          try channel.deliver(notice, at: clocks.date(), isCancelled: isCancelled)
        }
      case .renew(let firing):
        result = Result { () throws(DeliveryError) in
          try channel.renew(firing, at: clocks.date(), isCancelled: isCancelled)
        }
      }
      settle(result, channel)
    }
  }

  private func nap(until moment: MonotonicTime) {
    let isNew = state.withLock { state in
      if let earlier = state.wakesAt, earlier <= moment { return false }
      state.wakesAt = moment
      return true
    }
    guard isNew else { return }
    let pause = max(.zero, moment - clocks.now())
    queue.asyncAfter(deadline: .now() + .milliseconds(Int(pause.inMilliseconds) + 1)) { [weak self] in
      guard let self else { return }
      state.withLock { if $0.wakesAt == moment { $0.wakesAt = nil } }
      wake()
    }
  }

  private func settle(_ result: Result<Void, DeliveryError>, _ channel: any DeliveryChannel) {
    switch result {
    case .success:
      let (failure, isRecovered) = state.withLock { state in
        let (arrived, isRecovered) = state.delivery.succeed()
        return (state.persist(.done(arrived)), isRecovered)
      }
      logUnsaved(failure)
      guard isRecovered else { return }
      reportDrops(0, isLast: true)
      log.write(
        LogRecord(
          .alertRecovered, "alert channel \(name) delivers again (\(channel.description))", subject: subject,
          from: "failing", to: "delivering"))
    case .failure(let error):
      // The outcome of an interrupted message is unknown, so it stays in the spool.
      if isStopping.load(ordering: .acquiring) {
        return state.withLock { _ = $0.delivery.outbox.recordFailure() }
      }
      let (failure, outcome) = state.withLock { state in
        let outcome = state.delivery.fail(
          error, at: clocks.now(), clocks.date(), random: clocks.random())
        return (state.persist(.done(outcome.givenUp)), outcome)
      }
      logUnsaved(failure)
      if outcome.isNew {
        log.write(
          LogRecord(
            .alertFailing, "alert channel \(name) does not deliver: \(error.message)", subject: subject,
            to: "failing", reason: error.message, remedy: error.remedy))
      }
      if outcome.dropped > 0 { reportDrops(outcome.dropped) }
    }
  }

  /// Counts drops. Logs the first ones at once, and later ones periodically.
  private func reportDrops(
    _ dropped: Int, because reason: String = "the queue of the channel was full", isLast: Bool = false
  ) {
    let now = clocks.now()
    let count = state.withLock { state in
      state.untold.dropped += dropped
      if !isLast, let last = state.untold.at, now - last < ChannelWorker.dropLogInterval { return 0 }
      guard state.untold.dropped > 0 else { return 0 }
      defer { state.untold = (0, isLast ? nil : now) }
      return state.untold.dropped
    }
    guard count > 0 else { return }
    log.write(.dropped(count, of: name, because: reason))
  }

  private func logUnsaved(_ failure: SystemError?) {
    guard let failure else { return }
    log.write(
      LogRecord(
        nil, "alert channel \(name): pending alerts can't be saved, so a restart loses them: \(failure)",
        priority: .warning))
  }

  // MARK: - Output

  static func subject(_ name: String) -> String { "alerts \(name)" }

  var problem: Problem? {
    state.withLock { state in
      let retry = state.delivery.retry
      guard retry.isFailing, let error = retry.error, let since = retry.since else { return nil }
      let name = state.configuration.name
      return Problem(
        .own(.alertsFailing), ["channel": name], subject: ChannelWorker.subject(name),
        detail: "\(state.channel.description): \(error.message)", since: since,
        step: NextStep(command: "oceanid-ctl alerts", note: error.remedy))
    }
  }

  var figures: AlertFigures {
    state.withLock { state in
      AlertFigures(
        channel: state.configuration.name, means: state.configuration.means.word,
        delivered: state.delivery.delivered, failed: state.delivery.failed, dropped: state.delivery.dropped,
        waiting: state.delivery.outbox.count, isFailing: state.delivery.retry.isFailing)
    }
  }

  /// Sends a test message ahead of all pending notices. Blocks.
  func test(_ notice: IncidentNotice) throws(DeliveryError) {
    let now = clocks.now()
    let (channel, firing) = state.withLock { ($0.channel, $0.delivery.heartbeat(at: now)) }
    let isCancelled = { self.isStopping.load(ordering: .acquiring) }
    if channel.hearsNotices {
      try channel.deliver(notice, at: notice.at, isCancelled: isCancelled)
    } else if let firing {
      // A ping can report only the current state, so that is its test.
      try channel.renew(firing, at: notice.at, isCancelled: isCancelled)
    } else {
      throw DeliveryError(
        .passing,
        "nothing was sent: the state of the clusters is not known yet, and a ping reports nothing else",
        remedy: "oceanid-ctl status")
    }
    // The channel works: pending notices are sent at once, and its problem has ended.
    let (isRecovered, failure) = state.withLock { state in
      let isRecovered = state.delivery.recover()
      return (isRecovered, state.persist(.put([])))
    }
    logUnsaved(failure)
    if isRecovered {
      log.write(
        LogRecord(
          .alertRecovered, "alert channel \(name) delivers again (\(channel.description))", subject: subject,
          from: "failing", to: "delivering"))
    }
    wake()
  }

  /// Starts the shutdown: cancels the message under way.
  func cancel() { isStopping.store(true, ordering: .releasing) }

  /// Stops the worker. Pending notices stay in the spool.
  ///
  /// - Parameter savesPending: false if pending notices are to be discarded.
  func stop(until deadline: ContinuousClock.Instant, savesPending: Bool = true) {
    cancel()
    let done = DispatchSemaphore(value: 0)
    queue.async { done.signal() }
    let left = (deadline - .now).inMilliseconds
    _ = done.wait(timeout: .now() + .milliseconds(Int(max(0, left))))
    let (dropped, failure) = state.withLock { state -> (Int, SystemError?) in
      state.hasStopped = true
      guard savesPending else {
        state.spool?.remove()
        state.spool = nil
        return (state.delivery.outbox.count, nil)
      }
      return (0, state.persist(.everything))
    }
    logUnsaved(failure)
    if dropped > 0 { reportDrops(dropped, because: ChannelWorker.isGone, isLast: true) }
  }

  static let isGone = "the configuration does not name the channel any more"
}

extension LogRecord {
  /// - Parameter channel: the channel's name.
  static func dropped(_ count: Int, of channel: String, because reason: String) -> LogRecord {
    LogRecord(
      .alertDropped,
      "alert channel \(channel): \(count) \(count == 1 ? "message was" : "messages were") dropped",
      subject: "alerts \(channel)", reason: reason, remedy: "oceanid-ctl incidents",
      extra: [.dropped: "\(count)"])
  }
}
