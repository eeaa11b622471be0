/// What time says on both of the machine's clocks at one moment: one of them stands still while the machine sleeps.
package struct ClockReading: Hashable, Sendable {
  package let awake: MonotonicTime
  /// Since the machine was started, its sleeps included.
  package let boot: Duration

  package init(awake: MonotonicTime, boot: Duration) {
    self.awake = awake
    self.boot = boot
  }

  package static var now: ClockReading { ClockReading(awake: .now, boot: MonotonicTime.sinceBoot) }
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
  package mutating func gap(at reading: ClockReading, deadline: MonotonicTime? = nil) -> TimeGap? {
    let before = last
    last = reading
    let asleep = (reading.boot - before.boot) - (reading.awake - before.awake)
    if asleep >= GapMeter.shortestSleep { return .slept(asleep) }
    // A deadline that was past already at the last look measures work in hand, not a stop.
    guard let deadline else { return nil }
    let late = reading.awake - max(deadline, before.awake)
    return late >= GapMeter.shortestStall ? .stalled(late) : nil
  }
}
