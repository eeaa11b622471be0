internal import Health
internal import IncidentTracking
internal import Platform

/// Decides the next step of one channel and when it is due, from its outbox, its retries and its renewals.
/// Pure: time is a parameter.
struct DeliveryState {
  enum Step {
    case deliver(IncidentNotice)
    /// Send all firing incidents.
    case renew([Incident])
    case wait(MonotonicTime)
    case idle
  }

  var outbox: Outbox
  private(set) var retry: Retry
  private(set) var delivered = 0
  private(set) var failed = 0
  private(set) var dropped = 0
  private let policy: DeliveryPolicy
  private var renewsEvery: Duration?
  /// The channel sends only renewals.
  private var isHeartbeat: Bool
  /// Many notices become one message that lists the first few and counts the rest.
  private var countsFloods: Bool
  private var firing: (incidents: [Incident], isSure: Bool, at: MonotonicTime)?
  private var renewedAt: MonotonicTime?
  /// The state in the last renewal: true if no incident was firing.
  private var reportedHealthy: Bool?
  private var isRenewing = false
  /// The limit of entries in the next message. It shrinks while the server refuses a message, to find the
  /// entry that it refuses.
  private var batch: Int

  /// - Parameter failing: the failure of the channel that was reported before a restart.
  init(
    policy: DeliveryPolicy, renewsEvery: Duration?, isHeartbeat: Bool, countsFloods: Bool = true,
    outbox: Outbox? = nil, failing: Retry.Failing? = nil
  ) {
    self.policy = policy
    self.renewsEvery = renewsEvery
    self.isHeartbeat = isHeartbeat
    self.countsFloods = countsFloods
    self.outbox = outbox ?? Outbox(policy: policy)
    batch = policy.batch
    retry = Retry(policy: policy, failing: failing)
  }

  /// Applies a changed channel, which may be tried at once.
  mutating func change(renewsEvery: Duration?, isHeartbeat: Bool, countsFloods: Bool = true) {
    self.renewsEvery = renewsEvery
    self.isHeartbeat = isHeartbeat
    self.countsFloods = countsFloods
    batch = policy.batch
    renewedAt = nil
    retry.startAfresh()
  }

  /// - Parameter isSure: false if an empty list does not mean that there is no problem.
  mutating func refresh(_ incidents: [Incident], isSure: Bool = true, at now: MonotonicTime) {
    firing = (incidents, isSure, now)
    // A heartbeat sends a changed state at once.
    if isHeartbeat, reportedHealthy != incidents.isEmpty { renewedAt = nil }
  }

  /// The incidents that a heartbeat would send now; nil while it would send nothing.
  func heartbeat(at now: MonotonicTime) -> [Incident]? {
    guard let firing, now - firing.at < policy.believedFor, firing.isSure || !firing.incidents.isEmpty else {
      return nil
    }
    return firing.incidents
  }

  mutating func drop(_ count: Int) { dropped += count }

  /// The next step. After `deliver` and `renew`, record the outcome with one of the functions below.
  mutating func next(at now: MonotonicTime, _ date: Timestamp) -> Step {
    let renewal = nextRenewal(at: now)
    guard !outbox.waiting.isEmpty || renewal != nil else { return .idle }
    if let notBefore = retry.notBefore, now < notBefore { return .wait(notBefore) }
    let (entries, counted) = outbox.dequeue(atMost: batch, countsRest: countsFloods)
    if let first = entries.first {
      return .deliver(
        IncidentNotice(at: date, cluster: first.incident.cluster, entries: entries, counted: counted))
    }
    guard let renewal, let firing else { return .idle }
    guard renewal <= now else { return .wait(renewal) }
    isRenewing = true
    renewedAt = now
    reportedHealthy = firing.incidents.isEmpty
    return .renew(firing.incidents)
  }

  private func nextRenewal(at now: MonotonicTime) -> MonotonicTime? {
    guard let renewsEvery, let incidents = heartbeat(at: now) else { return nil }
    guard isHeartbeat || !incidents.isEmpty else { return nil }
    return renewedAt.map { $0 + renewsEvery } ?? now
  }

  /// - Returns: the delivered notices, and whether the channel had a problem.
  mutating func succeed() -> (arrived: [Outbox.PendingNotice], isRecovered: Bool) {
    let arrived = outbox.recordDelivery()
    // A heartbeat counts its pings.
    delivered += isHeartbeat && isRenewing ? 1 : arrived.count
    if !arrived.isEmpty { batch = min(policy.batch, batch * 2) }
    isRenewing = false
    return (arrived, retry.succeed())
  }

  /// Records that a manual test succeeded.
  ///
  /// - Returns: whether the channel had a problem.
  mutating func recover() -> Bool { retry.succeed() }

  /// - Returns: the dropped notices, the number of dropped messages, and whether the channel's problem is
  ///   new.
  mutating func fail(
    _ error: DeliveryError, at now: MonotonicTime, _ date: Timestamp, random: Double
  ) -> (givenUp: [Outbox.PendingNotice], dropped: Int, isNew: Bool) {
    failed += 1
    let size = outbox.batch?.listed.count ?? 0
    if error.cause == .unfit, size > 1 {
      // The server may refuse only one of them: try again at once with half of them.
      batch = size / 2
      let count = outbox.recordFailure(isRepeated: false)
      dropped += count
      return ([], count, false)
    }
    // Create a new renewal when the channel may be tried again.
    if isRenewing { renewedAt = nil }
    isRenewing = false
    let isNew = retry.fail(
      error, at: now, date, random: random, goesOn: error.cause == .unfit && size > 0)
    guard error.cause == .unfit || retry.isHopeless(at: now) else {
      let count = outbox.recordFailure()
      dropped += count
      return ([], count, isNew)
    }
    let givenUp = error.cause == .unfit ? outbox.discardListed() : outbox.discard()
    dropped += givenUp.count
    return (givenUp, givenUp.count, isNew)
  }
}
