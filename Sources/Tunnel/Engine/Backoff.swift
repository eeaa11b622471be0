/// The delays between attempts. The first attempt is immediate; then decorrelated jitter applies between `initial` and
/// `max`: each delay is random between `initial` and three times the one before.
package struct Backoff: Hashable, Sendable {
  package let initial: Duration
  private let max: Duration
  private var previous: Duration?

  package init(initial: Duration, max: Duration) {
    self.initial = initial
    self.max = max
  }

  package mutating func next(using random: inout some RandomNumberGenerator) -> Duration {
    let upper = Swift.min(max, Swift.max(initial, (previous ?? initial) * 3))
    let fraction = Double.random(in: 0...1, using: &random)
    let wait = Swift.min(max, initial + (upper - initial) * fraction)
    previous = wait
    return wait
  }

  package mutating func reset() { previous = nil }
}

/// A delay that doubles each time, from `first` to `longest`.
struct DoublingPause: Hashable, Sendable {
  private let first: Duration
  private let longest: Duration
  private var previous: Duration?

  init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
  }

  mutating func next() -> Duration {
    let pause = min(longest, previous.map { $0 * 2 } ?? first)
    previous = pause
    return pause
  }

  mutating func reset() { previous = nil }
}
