internal import Platform

/// Limits the entries of one kind with a token bucket: a burst, and a steady rate.
struct EventAllowance {
  /// Large enough to log all objects of a cluster that fail at the same time.
  static let burst = 200
  /// Limits an event that flaps permanently to 3600 lines per hour.
  static let perSecond = 1.0

  private var tokens = Double(EventAllowance.burst)
  private var last: MonotonicTime

  init(at now: MonotonicTime) {
    self.last = now
  }

  /// Returns false if there were too many entries before this one.
  mutating func take(at now: MonotonicTime) -> Bool {
    let seconds = (now - last) / .seconds(1)
    tokens = min(Double(EventAllowance.burst), tokens + max(0, seconds) * EventAllowance.perSecond)
    last = now
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}
