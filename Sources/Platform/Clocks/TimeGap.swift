/// A reading of two clocks at one time: `awake` stops while the machine is suspended, `boot` does not.
package struct ClockReading: Hashable, Sendable {
  package let awake: MonotonicTime
  /// Time since boot, including suspends.
  package let boot: Duration

  package init(awake: MonotonicTime, boot: Duration) {
    self.awake = awake
    self.boot = boot
  }

  package static var now: ClockReading { ClockReading(awake: .now, boot: MonotonicTime.sinceBoot) }
}

/// A period in which this process did not run. Timers that expired in it say nothing about a peer.
package enum TimeGap: Hashable, Sendable {
  /// The machine was suspended for this long.
  case slept(Duration)
  /// The process was stopped or got no CPU time for this long.
  case stalled(Duration)
}

/// Detects gaps between two clock readings. Pure.
package struct GapMeter: Sendable {
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
    if asleep >= GapMeter.shortestSleep { return .slept(asleep) }
    // If the deadline had already passed at the last reading, the delay is work in progress and not a stop.
    guard let deadline else { return nil }
    let late = reading.awake - max(deadline, before.awake)
    return late >= GapMeter.shortestStall ? .stalled(late) : nil
  }
}
