package import Platform

/// Bytes per second over the last few seconds, from a counter that only increases.
///
/// There is no timer: each reading of the counter is recorded, and the next reading is compared with it.
package struct Rate: Sendable {
  package typealias Instant = MonotonicTime

  /// The period over which a rate is averaged.
  package static let window: Duration = .seconds(10)
  /// Readings closer together than this count as one.
  private static let minInterval: Duration = .seconds(1)

  private var samples: [(at: Instant, total: Int)] = []

  package init() {}

  /// Records the counter's value.
  package mutating func record(_ total: Int, at now: Instant) {
    // One sample older than the window stays, because the window begins at it.
    while samples.count > 1, samples[1].at <= now - Self.window { samples.removeFirst() }
    guard let last = samples.last else {
      samples = [(now, total)]
      return
    }
    if now - last.at >= Self.minInterval { samples.append((now, total)) }
  }

  /// Bytes per second up to now; nil if no sample is recent enough, unless the counter has not changed since.
  package func perSecond(_ total: Int, at now: Instant) -> Int? {
    if let last = samples.last, last.total == total, now - last.at >= Self.window { return 0 }
    let usable = samples.filter { (Self.minInterval..<Self.window * 2).contains(now - $0.at) }
    guard let start = usable.last(where: { now - $0.at >= Self.window }) ?? usable.first else { return nil }
    return Int(Double(total - start.total) / ((now - start.at) / .seconds(1)))
  }
}
