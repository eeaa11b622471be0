internal import Health
internal import IncidentTracking
internal import Platform

/// The next step of one channel, and when it is due: its outbox, its retries and its renewals. Pure: time is a parameter.
struct DeliveryState {
  enum Step {
    case deliver(IncidentNotice)
    /// The whole set of what is firing.
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
  /// Its renewals are all that it says.
  private var isHeartbeat: Bool
  /// A flood is one message that lists the first few and counts the rest.
  private var countsFloods: Bool
  private var firing: (incidents: [Incident], isSure: Bool, at: MonotonicTime)?
  private var renewedAt: MonotonicTime?
  /// Whether all was well when that was last said.
  private var saidWell: Bool?
  private var isRenewing = false
  /// News in the next message: fewer while the server does not take what is in hand, to find out which of it.
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

  /// Goes on by other means, which may be tried at once.
  mutating func change(renewsEvery: Duration?, isHeartbeat: Bool, countsFloods: Bool = true) {
    self.renewsEvery = renewsEvery
    self.isHeartbeat = isHeartbeat
    self.countsFloods = countsFloods
    batch = policy.batch
    renewedAt = nil
    retry.startAfresh()
  }

  /// - Parameter isSure: false: that nothing fires does not mean that all is well.
  mutating func refresh(_ incidents: [Incident], isSure: Bool = true, at now: MonotonicTime) {
    firing = (incidents, isSure, now)
    // A heartbeat that stops is news at once.
    if isHeartbeat, saidWell != incidents.isEmpty { renewedAt = nil }
  }

  /// The incidents that a heartbeat would send now; nil while it would send nothing.
  func heartbeat(at now: MonotonicTime) -> [Incident]? {
    guard let firing, now - firing.at < policy.believedFor, firing.isSure || !firing.incidents.isEmpty else {
      return nil
    }
    return firing.incidents
  }

  mutating func drop(_ count: Int) { dropped += count }

  /// The next step. After `deliver` and `renew` the outcome is recorded with one of the functions below.
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
    saidWell = firing.incidents.isEmpty
    return .renew(firing.incidents)
  }

  private func nextRenewal(at now: MonotonicTime) -> MonotonicTime? {
    guard let renewsEvery, let incidents = heartbeat(at: now) else { return nil }
    guard isHeartbeat || !incidents.isEmpty else { return nil }
    return renewedAt.map { $0 + renewsEvery } ?? now
  }

  /// - Returns: what arrived, and whether the channel had been a problem.
  mutating func succeed() -> (arrived: [Outbox.PendingNotice], isRecovered: Bool) {
    let arrived = outbox.delivered()
    // A heartbeat counts its own deliveries.
    delivered += isHeartbeat && isRenewing ? 1 : arrived.count
    if !arrived.isEmpty { batch = min(policy.batch, batch * 2) }
    isRenewing = false
    return (arrived, retry.succeed())
  }

  /// It was tried by hand and works.
  ///
  /// - Returns: whether the channel had been a problem.
  mutating func recover() -> Bool { retry.succeed() }

  /// - Returns: the dropped notice, the number of dropped messages, and whether the channel became a problem
  ///   just now.
  mutating func fail(
    _ error: DeliveryError, at now: MonotonicTime, _ date: Timestamp, random: Double
  ) -> (givenUp: [Outbox.PendingNotice], dropped: Int, isNew: Bool) {
    failed += 1
    let size = outbox.batch?.listed.count ?? 0
    if error.cause == .unfit, size > 1 {
      // One of them may be all that it does not take: at once again, with half of them.
      batch = size / 2
      let count = outbox.failed(isRepeated: false)
      dropped += count
      return ([], count, false)
    }
    // A renewal is made anew when it may be tried again.
    if isRenewing { renewedAt = nil }
    isRenewing = false
    let isNew = retry.fail(
      error, at: now, date, random: random, goesOn: error.cause == .unfit && size > 0)
    guard error.cause == .unfit || retry.isHopeless(at: now) else {
      let count = outbox.failed()
      dropped += count
      return ([], count, isNew)
    }
    let givenUp = error.cause == .unfit ? outbox.discardListed() : outbox.discard()
    dropped += givenUp.count
    return (givenUp, givenUp.count, isNew)
  }
}
