import Glibc
import Platform
import Testing

@Suite struct TimeGapTests {
  private static let start = ClockReading.now

  private static func reading(awake: Duration, boot: Duration) -> ClockReading {
    ClockReading(awake: start.awake + awake, boot: start.boot + boot)
  }

  @Test func aSuspendIsTheDifferenceOfTheClocks() {
    var meter = GapDetector(Self.start)
    #expect(meter.gap(at: Self.reading(awake: .seconds(5), boot: .seconds(5))) == nil)
    #expect(
      meter.gap(at: Self.reading(awake: .seconds(6), boot: .seconds(10_926))) == .slept(.seconds(10_920)))
    #expect(meter.gap(at: Self.reading(awake: .seconds(7), boot: .seconds(10_927))) == nil)
  }

  @Test func aSuspendTakesPrecedenceOverADelay() {
    var meter = GapDetector(Self.start)
    let late = Self.reading(awake: .seconds(30), boot: .seconds(90))
    #expect(meter.gap(at: late, deadline: Self.start.awake + .seconds(1)) == .slept(.seconds(60)))
  }

  @Test func aStoppedProcessMissesItsDeadline() {
    var meter = GapDetector(Self.start)
    let late = Self.reading(awake: .seconds(65), boot: .seconds(65))
    #expect(meter.gap(at: late, deadline: Self.start.awake + .seconds(5)) == .stalled(.seconds(60)))
  }

  @Test(arguments: [Duration.seconds(5), .seconds(6), .milliseconds(7999)])
  func aBusyMachineIsNotAStall(arrival: Duration) {
    var meter = GapDetector(Self.start)
    let reading = Self.reading(awake: arrival, boot: arrival)
    #expect(meter.gap(at: reading, deadline: Self.start.awake + .seconds(5)) == nil)
  }

  @Test func withoutADeadlineThereIsNoStall() {
    var meter = GapDetector(Self.start)
    #expect(meter.gap(at: Self.reading(awake: .seconds(3600), boot: .seconds(3600))) == nil)
  }

  @Test func aPastDeadlineCountsFromTheLastReading() {
    var meter = GapDetector(Self.start)
    let soon = Self.reading(awake: .seconds(1), boot: .seconds(1))
    #expect(meter.gap(at: soon, deadline: Self.start.awake - .seconds(60)) == nil)
  }

  /// The clocks that the types use on Linux.
  @Test func readsTheKernelsClocks() throws {
    func nanoseconds(_ clock: clockid_t) -> Int64 {
      var time = timespec()
      clock_gettime(clock, &time)
      return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
    let before = nanoseconds(CLOCK_MONOTONIC)
    let first = ClockReading.now
    #expect(abs(nanoseconds(CLOCK_BOOTTIME) - Int64(first.boot / .nanoseconds(1))) < 5_000_000_000)
    #expect(first.awake <= .now)
    #expect(
      abs(
        Int64((MonotonicTime.now - first.awake) / .nanoseconds(1)) - (nanoseconds(CLOCK_MONOTONIC) - before))
        < 5_000_000_000)
  }
}

@Suite struct RateLimiterTests {
  @Test func aBurstPassesOneEventNowAndOneLater() {
    let start = MonotonicTime.now
    var limiter = RateLimiter(interval: .seconds(1))
    #expect(limiter.record(now: start) == .now)
    #expect(limiter.record(now: start + .milliseconds(10)) == .later(start + .seconds(1)))
    for step in 11..<900 { #expect(limiter.record(now: start + .milliseconds(step)) == .folded) }
    limiter.due(now: start + .seconds(1))
    #expect(limiter.record(now: start + .milliseconds(1500)) == .later(start + .seconds(2)))
    limiter.due(now: start + .seconds(2))
    #expect(limiter.record(now: start + .seconds(4)) == .now)
  }
}
