internal import Glibc

/// Tells a bulk copy from a request: what a connection moves, fading by half each second.
struct BulkMeter {
  /// About 0.7 MB/s that go on, or a megabyte at once.
  static let threshold = 1_048_576.0

  private var score = 0.0
  private var last: SuspendingClock.Instant

  init(now: SuspendingClock.Instant) { self.last = now }

  mutating func add(_ bytes: Int, now: SuspendingClock.Instant) {
    score = faded(now) + Double(bytes)
    last = now
  }

  func isBulk(now: SuspendingClock.Instant) -> Bool { faded(now) >= BulkMeter.threshold }

  private func faded(_ now: SuspendingClock.Instant) -> Double {
    let (seconds, attoseconds) = (now - last).components
    return score * exp2(-(Double(seconds) + Double(attoseconds) * 1e-18))
  }
}
