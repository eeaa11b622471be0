internal import Health
internal import Platform

/// Decides when a failed channel is tried again, and when its failure is reported as a problem. Pure.
struct Retry {
  /// The number of failures since the last success.
  private(set) var failures = 0
  private(set) var since: Timestamp?
  private(set) var error: DeliveryError?
  private(set) var notBefore: MonotonicTime?
  /// True while the failure is reported as a problem.
  private(set) var isFailing = false
  private var refusedSince: MonotonicTime?
  private let policy: DeliveryPolicy

  /// A reported failure. It survives a restart.
  struct Failing: Hashable, Codable, Sendable {
    let since: Timestamp
    let message: String
    let remedy: String
  }

  /// - Parameter failing: the failure that was reported before a restart. It lasts until the channel is
  ///   tried.
  init(policy: DeliveryPolicy, failing: Failing? = nil) {
    self.policy = policy
    guard let failing else { return }
    isFailing = true
    since = failing.since
    error = DeliveryError(.passing, failing.message, remedy: failing.remedy)
  }

  var failing: Failing? {
    guard isFailing, let since, let error else { return nil }
    return Failing(since: since, message: error.message, remedy: error.remedy)
  }

  /// The channel's configuration changed. Try it at once to find out whether the problem has ended.
  mutating func startAfresh() { self = Retry(policy: policy, failing: failing) }

  /// - Parameters:
  ///   - random: from 0 to 1.
  ///   - goesOn: true if the failed message was dropped, so that the next one need not wait long.
  /// - Returns: whether the problem is new.
  mutating func fail(
    _ error: DeliveryError, at now: MonotonicTime, _ date: Timestamp, random: Double, goesOn: Bool = false
  ) -> Bool {
    failures += 1
    let since = since ?? date
    self.since = since
    self.error = error
    refusedSince = error.cause == .refused ? refusedSince ?? now : nil
    let pause = pause(after: error, random: random)
    notBefore = now + (goesOn ? min(pause, policy.unfitPause) : pause)
    let lasts = failures >= policy.failsAt && date - since >= policy.failsAfter
    guard !isFailing, lasts || error.cause != .passing else { return false }
    isFailing = true
    return true
  }

  private func pause(after error: DeliveryError, random: Double) -> Duration {
    if error.cause == .refused { return policy.refusedPause }
    let doublings = min(failures - 1, 20)
    let full = min(policy.longestPause, policy.firstPause * (1 << doublings))
    // Jitter: many guards that lost the same server must not return at the same moment.
    let pause = full * (0.5 + random / 2)
    return max(pause, min(error.retryAfter ?? .zero, policy.longestRetryAfter))
  }

  /// True if the server has refused messages for so long that refused messages are dropped.
  func isHopeless(at now: MonotonicTime) -> Bool {
    refusedSince.map { now - $0 >= policy.refusedFor } ?? false
  }

  /// - Returns: whether there was a problem.
  mutating func succeed() -> Bool {
    defer { self = Retry(policy: policy) }
    return isFailing
  }
}
