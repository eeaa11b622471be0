internal import Platform

/// How many entries of one kind may be written: a burst at once, and a steady trickle (a token bucket).
struct EventAllowance {
  /// A cluster whose every object fails at the same moment is news in full.
  static let burst = 200
  /// An event that flaps for ever costs 3600 lines per hour.
  static let perSecond = 1.0

  private var tokens = Double(EventAllowance.burst)
  private var last: MonotonicTime

  init(at now: MonotonicTime) {
    self.last = now
  }

  /// False: too many came before this one.
  mutating func take(at now: MonotonicTime) -> Bool {
    let seconds = (now - last) / .seconds(1)
    tokens = min(Double(EventAllowance.burst), tokens + max(0, seconds) * EventAllowance.perSecond)
    last = now
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}
