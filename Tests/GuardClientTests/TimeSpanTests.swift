import Testing

@testable import GuardClient

@Suite struct TimeSpanTests {
  @Test(arguments: [
    ("250ms", Duration.milliseconds(250)), ("5s", .seconds(5)), ("10m", .seconds(600)),
    ("1h", .seconds(3600)), ("7d", .seconds(604_800)),
  ])
  func parsesATimeSpan(_ text: String, _ duration: Duration) {
    #expect(TimeSpan(argument: text)?.duration == duration)
  }

  @Test(arguments: ["", "5", "s", "-5s", "5 s", "5w", "99999999999s", "1.5s"])
  func refusesAnInvalidTimeSpan(_ text: String) {
    #expect(TimeSpan(argument: text) == nil)
  }
}
