internal import Glibc

/// A time on CLOCK_MONOTONIC, which no clock change affects and which stops while the machine is suspended
/// (clock_gettime(2)).
///
/// `SuspendingClock.Instant` has the same meaning but is opaque to the compiler, which costs time in an event loop
/// that keeps dozens of them in optionals and enums.
package struct MonotonicTime: Hashable, Comparable, Sendable {
  private let nanoseconds: Int64

  package static var now: MonotonicTime { MonotonicTime(nanoseconds: read(CLOCK_MONOTONIC)) }

  /// Time since boot, including suspends (CLOCK_BOOTTIME).
  static var sinceBoot: Duration { .nanoseconds(read(CLOCK_BOOTTIME)) }

  private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  package static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
    let (seconds, attoseconds) = duration.components
    return MonotonicTime(
      nanoseconds: time.nanoseconds + seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  package static func - (time: MonotonicTime, duration: Duration) -> MonotonicTime {
    time + (.zero - duration)
  }

  package static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
    .nanoseconds(left.nanoseconds - right.nanoseconds)
  }

  package static func += (time: inout MonotonicTime, duration: Duration) { time = time + duration }
}
