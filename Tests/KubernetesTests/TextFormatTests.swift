import Health
import Platform
import Testing

@testable import Kubernetes

@Suite struct TextFormatTests {
  @Test(arguments: [
    ("10m0s", Duration.seconds(600)), ("1.5h", .seconds(5400)), ("500ms", .milliseconds(500)),
    ("1h30m", .seconds(5400)), ("0", .zero), ("0s", .zero), ("-1m", .seconds(-60)), ("2us", .microseconds(2)),
    ("2µs", .microseconds(2)), ("3ns", .nanoseconds(3)), (".5s", .milliseconds(500)),
  ]) func goDurations(text: String, duration: Duration) { #expect(Duration(go: text) == duration) }

  @Test(arguments: [
    "", "10", "1d", "m", "1h 30m", ".s", "1..5s", "+", "1e3s", "99999999999999h", "١s",
    String(repeating: "1h", count: 1000),
  ]) func otherDurationsAreNil(text: String) { #expect(Duration(go: text) == nil) }

  @Test func httpDates() {
    #expect(
      Timestamp(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") == Timestamp(rfc3339: "1994-11-06T08:49:37Z"))
    for text in [
      "", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 6 Nov 1994 08:49:37 GMT",
    ] {
      #expect(Timestamp(httpDate: text) == nil)
    }
  }

  @Test func nestingIsCountedOutsideOfStrings() {
    #expect(JSONNesting.isWithinLimit(Array(#"{"a":"[[[[\"[[[["}"#.utf8), limit: 1))
    #expect(JSONNesting.isWithinLimit(Array("[[],[],[]]".utf8), limit: 2))
    #expect(!JSONNesting.isWithinLimit(Array("[[[]]]".utf8), limit: 2))
    #expect(!JSONNesting.isWithinLimit(Array(#"["\\",[[]]]"#.utf8), limit: 2))
  }

  @Test func percentEncoding() {
    #expect("eyJ2-_.~/+= ü".percentEncoded == "eyJ2-_.~%2F%2B%3D%20%C3%BC")
  }
}
