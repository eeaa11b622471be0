/// What time says on both of the machine's clocks at one moment.
///
/// On Linux `SuspendingClock` is CLOCK_MONOTONIC, which stands still while the machine sleeps, and
/// `ContinuousClock` is CLOCK_BOOTTIME, which does not (clock_gettime(2)).
package struct ClockReading: Hashable, Sendable {
  package let awake: SuspendingClock.Instant
  package let boot: ContinuousClock.Instant

  package init(awake: SuspendingClock.Instant, boot: ContinuousClock.Instant) {
    self.awake = awake
    self.boot = boot
  }

  package static var now: ClockReading { ClockReading(awake: .now, boot: .now) }
}

/// Time in which this process could do nothing: timers that ran out in it say nothing about a peer.
package enum TimeGap: Hashable, Sendable {
  /// The machine slept for this long.
  case slept(Duration)
  /// The process was stopped, or got no processor, for this long.
  case stalled(Duration)
}

/// Notices gaps between two looks at the clocks. Pure: readings go in.
package struct GapMeter: Sendable {
  /// A sleep shorter than this is the clocks' own noise and nobody's news.
  package static let shortestSleep: Duration = .seconds(2)
  /// A loop that comes this much later than it meant to has been stopped; a busy machine is late by less.
  package static let shortestStall: Duration = .seconds(3)

  /// The last look: the last moment known to be before a gap that the next one finds.
  package private(set) var last: ClockReading

  package init(_ first: ClockReading) {
    self.last = first
  }

  /// - Parameter deadline: when the loop meant to be here at the latest; nil where it waited without end.
  package mutating func gap(at reading: ClockReading, deadline: SuspendingClock.Instant? = nil) -> TimeGap? {
    let before = last
    last = reading
    let asleep = before.boot.duration(to: reading.boot) - before.awake.duration(to: reading.awake)
    if asleep >= GapMeter.shortestSleep { return .slept(asleep) }
    // A deadline that was past already at the last look measures work in hand, not a stop.
    guard let deadline else { return nil }
    let late = max(deadline, before.awake).duration(to: reading.awake)
    return late >= GapMeter.shortestStall ? .stalled(late) : nil
  }
}
