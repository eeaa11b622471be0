internal import Platform

/// Clients that had to be turned away, gathered so that a burst is one entry in the journal.
struct RefusalBurst {
  static let window: Duration = .seconds(10)

  private var counts: [String: (count: Int, reason: String)] = [:]
  private(set) var due: MonotonicTime?

  /// The first of a burst is told at once: `true`.
  ///
  /// - Parameter count: 0 for clients that are kept waiting.
  mutating func add(_ count: Int, listen: String, reason: String, now: MonotonicTime) -> Bool {
    guard due != nil else {
      due = now + RefusalBurst.window
      return true
    }
    counts[listen, default: (0, reason)].count += count
    return false
  }

  /// What came together since the first, once the window has passed.
  mutating func collect(now: MonotonicTime) -> [(listen: String, count: Int, reason: String)] {
    guard let due, now >= due else { return [] }
    let burst = counts.map { ($0.key, $0.value.count, $0.value.reason) }
    counts = [:]
    self.due = burst.isEmpty ? nil : now + RefusalBurst.window
    return burst
  }
}
