import GuardTerminal
import Health
import Testing

@testable import GuardWeb

@Suite struct TimeAxisTests {
  private static func axis(_ from: String, _ to: String) throws -> [ReportDocument.Tick] {
    TimeAxis(from: try #require(Timestamp(rfc3339: from)), to: try #require(Timestamp(rfc3339: to))).ticks
  }

  @Test func dayHasFullHours() throws {
    let ticks = try Self.axis("2026-03-01T04:12:07Z", "2026-03-02T04:12:07Z")
    #expect(ticks.map(\.label) == ["06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "00:00", "03:00"])
    #expect(ticks.map(\.place) == ticks.map(\.place).sorted())
    #expect(ticks.allSatisfy { (0.0...1).contains($0.place) })
  }

  @Test func weekHasDays() throws {
    let ticks = try Self.axis("2026-02-25T12:00:00Z", "2026-03-04T12:00:00Z")
    #expect(ticks.map(\.label) == ["02-26", "02-27", "02-28", "03-01", "03-02", "03-03", "03-04"])
  }

  @Test(arguments: [1, 60, 3600, 86_400, 30 * 86_400, 400 * 86_400, 36_500 * 86_400])
  func axisHasFewLabels(_ seconds: Int64) {
    let from = Timestamp(seconds: 1_772_339_047)
    let ticks = TimeAxis(from: from, to: from + .seconds(seconds)).ticks
    #expect(ticks.count <= 9)
    #expect(seconds < 120 || !ticks.isEmpty)
    #expect(TimeAxis(from: from, to: from).ticks.isEmpty)
  }
}
