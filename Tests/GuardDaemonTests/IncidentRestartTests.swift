import Foundation
import Health
import IncidentTracking
import Synchronization
import TestSupport
import Testing

@testable import GuardAlerts
@testable import GuardDaemon
@testable import GuardIncidents
@testable import GuardState

/// A guard that is killed again and again, in virtual time: each life has what the last one saved, and no more.
@Suite struct IncidentRestartTests {
  private final class DeliveredNotices: Sendable {
    private let notices = Mutex<[IncidentNotice]>([])
    func append(_ notice: IncidentNotice) { notices.withLock { $0.append(notice) } }
    var all: [IncidentNotice] { notices.withLock { $0 } }
    var words: [String] { all.flatMap(\.words) }
  }

  private static let start = Timestamp(seconds: 1_800_000_000)
  private static let calypso = problem("node calypso")

  private static func problem(_ subject: String) -> Problem {
    Problem(
      .node(.notReady), id: "tethys/node/\(subject)/not-ready", severity: .critical, cluster: "tethys",
      subject: subject,
      title: "\(subject) is NotReady", detail: "", since: start, step: NextStep(command: "kubectl describe"))
  }

  private let folder: TemporaryFolder
  private let delivered = DeliveredNotices()
  private var file: IncidentFile { IncidentFile(folder: StateFolder(folder: folder.path)) }

  init() throws { folder = try TemporaryFolder() }

  /// One life: it sees the cluster a second after its start, and again with each poll.
  private func live(
    from second: Int64, for seconds: Int64, poll interval: Int64 = 15, _ problems: (Int64) -> [Problem]
  ) {
    let ledger = IncidentLedger(file: file, log: SilentLog(), makeID: { "abc" }, deliver: delivered.append)
    for passed in 0..<seconds {
      let now = Self.start + .seconds(second + passed)
      if passed >= 1, (passed - 1) % interval == 0 {
        ledger.observe(
          ProblemObservation(
            cluster: "tethys", problems: problems(second + passed), poll: now), at: now)
      } else if passed == 0 {
        ledger.observe(
          ProblemObservation(cluster: "tethys", problems: [], unseen: Set(Problem.Kind.allCases)), at: now)
      }
      ledger.pass(at: now)
    }
  }

  @Test(arguments: [2, 3, 4, 7, 16] as [Int64])
  func fiftyRestartsNotifyAnIncidentAndItsEndOnce(_ life: Int64) throws {
    let isDown = { (second: Int64) in second < 25 * life ? [Self.calypso] : [] }
    for number in 0..<50 { live(from: Int64(number) * life, for: life, isDown) }
    // Runs of two seconds end before an end has lasted long enough.
    for number in 50..<70 { live(from: Int64(number) * life, for: life, isDown) }
    #expect(delivered.words == ["opened abc/1", "ended abc/2"])
  }

  /// Twenty seconds and ten for its neighbors, as in one long life.
  @Test(arguments: [2, 3, 4, 5] as [Int64])
  func crashLoopDelaysANoticeByAtMostOneRun(_ life: Int64) throws {
    for number in 0..<30 { live(from: Int64(number) * life, for: life) { _ in [Self.calypso] } }
    let notice = try #require(delivered.all.first)
    let delay = notice.at - Self.start
    #expect(delay >= .seconds(30) && delay <= .seconds(31 + life), "\(delay)")
  }

  /// One life of four seconds is enough to know of it in the next.
  @Test func sightingsAreSavedAtOnce() throws {
    live(from: 0, for: 2) { _ in [Self.calypso] }
    let kept = try #require(try file.load())
    #expect(kept.open.map(\.id) == ["abc"] && kept.open.map(\.state) == [.pending])
  }

  @Test func killAfterDeliveryRepeatsTheSameEntry() throws {
    let copy = folder.file("copy")
    let path = file.path
    // The file at the moment at which the channels have the notice, before any other write.
    let ledger = IncidentLedger(file: file, log: SilentLog(), makeID: { "abc" }) { [delivered] notice in
      delivered.append(notice)
      try? FileManager.default.copyItem(atPath: path, toPath: copy)
    }
    for second in stride(from: 0, through: 40, by: 5) as StrideThrough<Int64> {
      let now = Self.start + .seconds(second)
      ledger.observe(
        ProblemObservation(
          cluster: "tethys", problems: [Self.calypso], poll: now), at: now)
      ledger.pass(at: now)
    }
    #expect(delivered.words == ["opened abc/1"])
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: copy, toPath: path)
    live(from: 60, for: 3) { _ in [Self.calypso] }
    #expect(delivered.words == ["opened abc/1", "opened abc/1"])
    // The channel's outbox passes over what it has.
    var outbox = Outbox()
    let entries = delivered.all.flatMap(\.entries)
    let first = outbox.add(entries[0], at: Self.start)
    _ = outbox.dequeue()
    _ = outbox.recordDelivery()
    let second = outbox.add(entries[1], at: Self.start)
    #expect(first.isNew && !second.isNew && outbox.isEmpty)
    // Once it is saved that the channels have it, no life hands it over again.
    live(from: 70, for: 30) { _ in [Self.calypso] }
    #expect(delivered.words.count == 2)
  }

  @Test func undeliveredEndIsNotifiedAfterTheRestart() throws {
    live(from: 0, for: 60) { _ in [Self.calypso] }
    let path = file.path
    let copy = folder.file("copy")
    let ledger = IncidentLedger(file: file, log: SilentLog(), makeID: { "abc" }) { _ in
      try? FileManager.default.copyItem(atPath: path, toPath: copy)
    }
    for second in stride(from: 60, through: 120, by: 5) as StrideThrough<Int64> {
      let now = Self.start + .seconds(second)
      ledger.observe(ProblemObservation(cluster: "tethys", problems: [], poll: now), at: now)
      ledger.pass(at: now)
    }
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: copy, toPath: path)
    live(from: 130, for: 3) { _ in [] }
    #expect(delivered.words == ["opened abc/1", "ended abc/2"])
    live(from: 140, for: 60) { _ in [] }
    #expect(delivered.words.count == 2)
  }

  @Test func clockSetBackBetweenRunsRepeatsNothing() throws {
    live(from: 0, for: 60) { _ in [Self.calypso] }
    for step in [-86_400, 60, -30, 3600] as [Int64] { live(from: step, for: 60) { _ in [Self.calypso] } }
    #expect(delivered.words.filter { $0.hasPrefix("opened") } == ["opened abc/1"])
    #expect(!delivered.words.contains { $0.hasPrefix("ended") })
  }

  @Test(arguments: ["a FIFO", "a directory", "half of a file", "another version", "nothing in it"])
  func guardStartsWithAnyFileInPlaceOfTheBook(_ kind: String) throws {
    let path = file.path
    switch kind {
    case "a FIFO": try #require(mkfifo(path, 0o600) == 0)
    case "a directory":
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    case "half of a file":
      live(from: 0, for: 60) { _ in [Self.calypso] }
      let whole = try Data(contentsOf: URL(filePath: path))
      try whole.prefix(whole.count / 2).write(to: URL(filePath: path))
    case "another version": try folder.write("{\"version\":99,\"tracks\":[]}", to: "incidents.json")
    default: try folder.write("", to: "incidents.json")
    }
    let before = delivered.words.count
    live(from: 100, for: 60) { _ in [Self.calypso] }
    #expect(delivered.words.count == before + 1)
    #expect(try file.load()?.open.count == 1)
    #expect(FileManager.default.fileExists(atPath: path + ".unreadable"))
  }
}

/// Ten thousand incidents find room in the file.
@Suite struct IncidentFileSizeTests {
  private static func tracker(_ count: Int, detail: String) -> IncidentTracker {
    var tracker = IncidentTracker()
    let start = Timestamp(seconds: 1_800_000_000)
    let problems = (0..<count).map { index in
      Problem(
        .fluxObject(.failed),
        id: "tethys/flux/Kustomization/team-\(index % 100)/application-number-\(index)/failed",
        severity: index % 10 == 0 ? .critical : .warning, cluster: "tethys",
        subject: "Kustomization team-\(index % 100)/application-number-\(index)",
        title: "Kustomization team-\(index % 100)/application-number-\(index) is failing (BuildFailed)",
        detail: detail, since: start,
        step: NextStep(
          command: "flux --kubeconfig /etc/oceanid/kubeconfig reconcile kustomization \(index) -n team"))
    }
    tracker.observe(ProblemObservation(cluster: "tethys", problems: problems, poll: start), at: start)
    return tracker
  }

  @Test(arguments: [
    String(repeating: "x", count: 5000), String(repeating: "\u{1b}", count: 5000),
    String(repeating: "日本", count: 2500), "e" + String(repeating: "\u{301}", count: 3000),
  ])
  func fileStaysUnderItsLimitWithAllIncidents(_ detail: String) throws {
    let tracker = Self.tracker(9000, detail: detail)
    let bytes = try IncidentFile.bytes(of: tracker.pieces, limit: IncidentFile.limit)
    #expect(bytes.count <= 16 << 20)
    let read = try JSONDecoder().decode(IncidentTracker.self, from: Data(bytes))
    #expect(read.open.count == 9000)
    #expect(read.open.allSatisfy { $0.detail.utf8.count <= 1024 })
  }

  @Test func leastSevereIncidentsAreOmittedIfTheFileIsFull() throws {
    let tracker = Self.tracker(1000, detail: "why")
    let bytes = try IncidentFile.bytes(of: tracker.pieces, limit: 200_000)
    #expect(bytes.count <= 200_000)
    let read = try JSONDecoder().decode(IncidentTracker.self, from: Data(bytes))
    #expect(read.open.count { $0.severity == .critical } == 100)
    #expect((100..<1000).contains(read.open.count))
  }

  @Test func smallBookIsWrittenCompletely() throws {
    let detail = String(repeating: "x", count: 900)
    let bytes = try IncidentFile.bytes(of: Self.tracker(10, detail: detail).pieces, limit: IncidentFile.limit)
    let read = try JSONDecoder().decode(IncidentTracker.self, from: Data(bytes))
    #expect(read.open.map(\.detail) == Array(repeating: detail, count: 10))
  }
}
