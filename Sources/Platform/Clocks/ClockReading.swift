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
