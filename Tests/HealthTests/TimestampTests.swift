import Health
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0 as Int64), ("2026-01-10T10:00:00Z", 1_768_039_200_000),
    ("2026-01-10T09:59:57.123456Z", 1_768_039_197_123), ("2026-01-10T12:00:00+02:00", 1_768_039_200_000),
    ("2024-02-29T23:59:59Z", 1_709_251_199_000),
  ])
  func parsesRFC3339(_ text: String, _ milliseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "yesterday", "2026-01-10", "2026-01-10T10:00:00", "2026-13-10T10:00:00Z", "2026-01-10T10:00:00.Z",
    "2026-02-29T10:00:00Z", "2100-02-29T10:00:00Z", "2026-04-31T10:00:00Z", "2026-01-00T10:00:00Z",
  ])
  func refusesInvalidTimes(_ text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test(arguments: [0, 1_768_039_200_000, 951_826_554_321, -1, -86_400_000] as [Int64])
  func writesWhatItReads(_ milliseconds: Int64) {
    let moment = Timestamp(milliseconds: milliseconds)
    #expect(Timestamp(rfc3339: moment.description) == moment)
  }

  /// Computed times are written, and must be readable again.
  @Test func computedTimesHaveAText() {
    for moment in [Timestamp(seconds: 0), Timestamp(milliseconds: .max), Timestamp(milliseconds: .min)] {
      for span in [Duration.seconds(1 << 40), .seconds(-1 << 40), .seconds(1 << 50), .zero] {
        for reckoned in [moment + span, moment - span] {
          #expect(Timestamp(rfc3339: "\(reckoned)") == reckoned, "\(moment.milliseconds) \(span)")
        }
      }
    }
    #expect(Timestamp(seconds: 10) + .seconds(-3) == Timestamp(seconds: 7))
    #expect(Timestamp(seconds: 10) - .seconds(3) == Timestamp(seconds: 7))
  }
}
