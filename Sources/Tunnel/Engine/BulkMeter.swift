internal import Glibc
internal import Platform

/// Tells a bulk copy from a request: what a connection moves, fading by half each second.
struct BulkMeter {
  /// About 0.7 MB/s that go on, or a megabyte at once.
  static let threshold = 1_048_576.0

  private var score = 0.0
  private var last: MonotonicTime

  init(now: MonotonicTime) { self.last = now }

  mutating func add(_ bytes: Int, now: MonotonicTime) {
    score = faded(now) + Double(bytes)
    last = now
  }

  func isBulk(now: MonotonicTime) -> Bool { faded(now) >= BulkMeter.threshold }

  private func faded(_ now: MonotonicTime) -> Double { score * exp2(-((now - last) / .seconds(1))) }
}
