import ArgumentParser
import Foundation
import Health
import Testing

@testable import GuardClient
@testable import GuardTerminal

@Suite struct DisplayTimeZoneTests {
  /// Foundation determines this machine's time zone independently.
  @Test func localTimesUseThisMachinesZone() {
    for moment in [Scene.now, at("2026-07-01T23:30:00Z"), at("2026-12-31T23:59:59.999Z")] {
      let formatter = DateFormatter()
      formatter.locale = Locale(identifier: "en_US_POSIX")
      formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
      let date = Date(timeIntervalSince1970: Double(moment.milliseconds / 1000))
      let (day, time) = DisplayTimeZone.local.words(moment)
      #expect("\(day) \(time)" == formatter.string(from: date))
    }
  }

  @Test func timeOfAnotherDayHasItsDate() {
    DisplayTimeZone.$current.withValue(.local) {
      #expect(!Scene.now.clock(at: Scene.now).contains("Z"))
      #expect(at("2025-03-01T04:12:07Z").clock(at: Scene.now).hasPrefix("2025-0"))
    }
    #expect(Scene.now.clock(at: Scene.now) == "04:24:07Z")
  }

  @Test(arguments: [
    "status", "nodes", "tunnel", "watch", "history", "diff", "incidents", "silence", "doctor", "alerts",
    "report --output x",
  ])
  func commandsAcceptUTC(_ command: String) throws {
    let parsed = try OceanidCtl.parseAsRoot(command.split(separator: " ").map(String.init) + ["--utc"])
    #expect((parsed as? any TimeDisplaying)?.utc == true)
  }
}
