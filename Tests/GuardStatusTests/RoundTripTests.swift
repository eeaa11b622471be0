import Health
import TestSupport
import Testing

@testable import GuardState
@testable import GuardStatus

@Suite struct RoundTripTests {
  private static let start = Timestamp(seconds: 1_800_000_000)

  @Test func slotHasMinimumMaximumAndMean() throws {
    var series = RoundTripSeries()
    var begun: [Bool] = []
    // A clock that was set back adds to the newest.
    for (milliseconds, second) in [(10.0, 0), (40, 100), (10, 299), (5, 300), (7, 0)] as [(Double, Int64)] {
      begun.append(series.add(milliseconds, at: Self.start + .seconds(second)))
    }
    #expect(begun == [true, false, false, true, false])
    let first = try #require(series.slots.first)
    #expect(first.at == Self.start && first.minimum == 10 && first.maximum == 40 && first.mean == 20)
    #expect(series.slots.map(\.mean) == [20, 6])
    #expect(RoundTripSeries(text: series.text) == series)
  }

  @Test func aWeekIsKept() {
    var series = RoundTripSeries()
    for slot in 0..<3000 { _ = series.add(1, at: Self.start + .seconds(Int64(slot) * 300)) }
    #expect(series.slots.count == 2016)
    #expect(series.slots.first?.at == Self.start + .seconds(984 * 300))
  }

  @Test(arguments: [
    "", "x", "1 2 3 4", "1800000000 nan 1 1 1", "1800000000 1 1 1 0", "-5 1 1 1 1", "1800000000 -1 1 1 1",
  ])
  func unreadableFileIsIgnored(_ text: String) {
    #expect(RoundTripSeries(text: text).slots.isEmpty)
  }

  @Test func seriesSurvivesARestart() throws {
    let folder = try TemporaryFolder()
    let state = StateFolder(folder: folder.path)
    let record = RoundTripRecord(cluster: "tethys", folder: state)
    record.add(.milliseconds(12), at: Self.start)
    record.add(.milliseconds(24), at: Self.start + .seconds(1))
    record.save()
    #expect(RoundTripRecord(cluster: "tethys", folder: state).slots.map(\.mean) == [18])
    #expect(RoundTripRecord(cluster: "other", folder: state).slots.isEmpty)
    let nowhere = RoundTripRecord(cluster: "tethys", folder: nil)
    nowhere.add(.milliseconds(1), at: Self.start)
    #expect(nowhere.slots.count == 1)
  }
}
