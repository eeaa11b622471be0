/// Detects gaps between two clock readings. Pure.
package struct GapDetector: Sendable {
  /// Shorter differences are noise between the two clocks.
  package static let shortestSleep: Duration = .seconds(2)
  /// A loop that is this late has been stopped; a busy machine delays it by less.
  package static let shortestStall: Duration = .seconds(3)

  /// The last reading. If the next one finds a gap, this is the last time before it.
  package private(set) var last: ClockReading

  package init(_ first: ClockReading) {
    self.last = first
  }

  /// - Parameter deadline: when the loop had to run at the latest; nil if it waited without a timeout.
  package mutating func gap(at reading: ClockReading, deadline: MonotonicTime? = nil) -> TimeGap? {
    let before = last
    last = reading
    let asleep = (reading.boot - before.boot) - (reading.awake - before.awake)
    if asleep >= GapDetector.shortestSleep { return .slept(asleep) }
    // If the deadline had already passed at the last reading, the delay is work in progress and not a stop.
    guard let deadline else { return nil }
    let late = reading.awake - max(deadline, before.awake)
    return late >= GapDetector.shortestStall ? .stalled(late) : nil
  }
}
