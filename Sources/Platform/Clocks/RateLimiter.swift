/// A rate limiter: passes one event at once and merges those that follow within `interval` into one at its end.
package struct RateLimiter: Sendable {
  package typealias Instant = MonotonicTime

  package enum Decision: Hashable, Sendable {
    case now
    /// Call `due` at this time.
    case later(Instant)
    /// A later event is already scheduled.
    case folded
  }

  private let interval: Duration
  private var last: Instant?
  private var isWaiting = false

  package init(interval: Duration) {
    self.interval = interval
  }

  package mutating func record(now: Instant) -> Decision {
    guard !isWaiting else { return .folded }
    if let last, now < last + interval {
      isWaiting = true
      return .later(last + interval)
    }
    last = now
    return .now
  }

  /// The time of `later` has come.
  package mutating func due(now: Instant) {
    isWaiting = false
    last = now
  }
}
