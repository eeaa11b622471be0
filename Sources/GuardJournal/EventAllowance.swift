package import Platform

/// Limits entries with a token bucket: a burst, and a steady rate.
package struct EventAllowance {
  /// The entries of one kind that may follow each other at once: enough for all objects of a cluster to fail together.
  static let burst = 200
  /// Limits an event that flaps permanently to 3600 lines per hour.
  static let perSecond = 1.0

  private let burst: Double
  private let perSecond: Double
  private var tokens: Double
  private var last: MonotonicTime

  init(at now: MonotonicTime) {
    self.init(burst: EventAllowance.burst, perSecond: EventAllowance.perSecond, at: now)
  }

  package init(burst: Int, perSecond: Double, at now: MonotonicTime) {
    self.burst = Double(burst)
    self.perSecond = perSecond
    tokens = Double(burst)
    last = now
  }

  /// The number of entries that are allowed now.
  package func count(at now: MonotonicTime) -> Int { Int(tokens(at: now)) }

  /// True if there was no entry for so long that the whole burst is allowed again.
  package func isUnused(at now: MonotonicTime) -> Bool { tokens(at: now) >= burst }

  /// Returns false if there were too many entries before this one.
  package mutating func consume(at now: MonotonicTime) -> Bool {
    tokens = tokens(at: now)
    last = now
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }

  private func tokens(at now: MonotonicTime) -> Double {
    min(burst, tokens + max(0, (now - last) / .seconds(1)) * perSecond)
  }
}
