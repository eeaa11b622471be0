/// A pause that doubles each time, from `first` to `longest`.
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
