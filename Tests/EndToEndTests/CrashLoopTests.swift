import DemoCluster
import Foundation
import GuardAPI
import Health
import IncidentTracking
import TestSupport
import Testing

/// A real guard that is killed repeatedly notifies a real receiver of each incident once.
@Suite(
  .enabled(if: SSHServer.isAvailable && program("python3") != nil, "needs an sshd and python3"), .blocking,
  .timeLimit(.minutes(20)))
struct CrashLoopTests {
  /// With OCEANID_TEST_LONG, the guard is killed fifty times, as in a lasting crash loop.
  private static var isLong: Bool { ProcessInfo.processInfo.environment["OCEANID_TEST_LONG"] != nil }

  private static func entries(_ receiver: WebReceiver) -> [NoticeEntryDocument] {
    receiver.requests.compactMap { try? JSONDecoder().decode(NoticeDocument.self, from: Data($0.body.utf8)) }
      .flatMap(\.entries)
  }

  /// The notices of a receiver that ignores repeated keys.
  private static func distinctChanges(_ receiver: WebReceiver) -> [String] {
    var keys: Set<String> = []
    return entries(receiver).filter { keys.insert($0.key).inserted }
      .filter { $0.incident.subject == "node calypso" }.map { $0.change?.rawValue ?? "unknown" }
  }

  /// Kills and restarts the guard until `condition` is true, at most `attempts` times.
  private static func restart(
    _ installation: Installation, attempts: Int, journal: inout String,
    until condition: () -> Bool = { false }
  ) throws -> Int {
    for attempt in 1...attempts {
      _ = eventually(within: .seconds(3), every: .milliseconds(100)) { condition() && !isLong }
      if !isLong, condition() { return attempt }
      journal += installation.log
      try installation.restart(killing: true)
    }
    return attempts
  }

  @Test func incidentAndEndAreNotifiedOnceOverManyKills() throws {
    let receiver = try WebReceiver()
    let installation = try Installation(notifying: receiver)
    #expect(try installation.waitUntilHealthy())
    var journal = installation.log
    installation.cluster.apply(.nodeNotReady("calypso"))
    _ = try Self.restart(installation, attempts: Self.isLong ? 25 : 40, journal: &journal) {
      !Self.distinctChanges(receiver).isEmpty
    }
    #expect(Self.distinctChanges(receiver) == ["opened"])
    installation.cluster.apply(.nodeReady("calypso"))
    _ = try Self.restart(installation, attempts: Self.isLong ? 25 : 60, journal: &journal) {
      Self.distinctChanges(receiver).contains("ended")
    }
    #expect(Self.distinctChanges(receiver) == ["opened", "ended"])
    let keys = Self.entries(receiver).map(\.key)
    // A kill between a request and the record of its delivery repeats the request with the same key. That is rare.
    #expect(keys.count - Set(keys).count <= 1)
    // Without the state, each restart would write these entries again.
    journal += installation.log
    let lines = journal.split(separator: "\n").filter { $0.contains("calypso") }
    #expect(lines.count { $0.contains("problem_opened") } == lines.count { $0.contains("problem_closed") })
    #expect((1...2).contains(lines.count { $0.contains("problem_opened") }))
  }

  @Test func unwritableStateDirectoryIsInTheStatus() throws {
    let installation = try Installation { _, folder in
      try FileManager.default.removeItem(atPath: folder.file("state"))
      try folder.write("a file in the folder's place", to: "state")
    }
    let full = try installation.waitFor { document, _ in
      document.problems.contains { $0.id == "guard/state/unwritable" }
    }
    #expect(full.holds)
    #expect(try installation.ctl("alerts").output.contains("can't be written"))
    try FileManager.default.removeItem(atPath: installation.folder.file("state"))
    #expect(try installation.waitUntilHealthy())
    // The verdict is healthy when the folder can be written, and the files follow.
    #expect(
      eventually(within: .seconds(30)) {
        (try? installation.ctl("alerts").output.contains("can't be written")) == false
      })
    #expect(
      eventually(within: .seconds(30)) {
        FileManager.default.fileExists(atPath: installation.folder.file("state/incidents.json"))
      })
  }

  @Test func fifoInPlaceOfTheIncidentsFileDoesNotBlockTheStart() throws {
    let installation = try Installation { _, folder in
      for name in ["incidents.json", "problems-tethys", "roundtrips-tethys", "journal-tethys"] {
        try #require(mkfifo(folder.file("state/\(name)"), 0o600) == 0)
      }
    }
    #expect(try installation.waitUntilHealthy())
    #expect(installation.log.contains("incidents.json can't be read"))
  }
}
