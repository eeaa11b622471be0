import Foundation
import GuardAPI
import Health
import IncidentTracking
import Platform
import Synchronization
import Systemd
import TestSupport
import Testing

@testable import GuardControl
@testable import GuardDaemon
@testable import GuardIncidents
@testable import GuardJournal
@testable import GuardState
@testable import GuardStatus

@Suite struct IncidentLedgerTests {
  private final class Memory: EventLog {
    private let records = Mutex<[LogRecord]>([])
    func write(_ record: LogRecord) { records.withLock { $0.append(record) } }
    var all: [LogRecord] { records.withLock { $0 } }
    var events: [String] { all.compactMap { $0.event?.name } }
  }

  private final class DeliveredNotices: Sendable {
    private let notices = Mutex<[IncidentNotice]>([])
    func append(_ notice: IncidentNotice) { notices.withLock { $0.append(notice) } }
    var words: [String] {
      notices.withLock { $0.flatMap(\.entries).map { "\($0.change.rawValue) \($0.incident.subject)" } }
    }
  }

  private static let start = Timestamp(seconds: 1_800_000_000)
  private static let problem = Problem(
    .node(.notReady), id: "tethys/node/calypso/not-ready", severity: .critical, cluster: "tethys",
    subject: "node calypso",
    title: "node calypso is NotReady", detail: "kubelet stopped posting", since: start,
    step: NextStep(command: "kubectl describe"))

  /// Polls every 5 s from `begin` on, and lets time pass after each.
  private static func run(
    _ ledger: IncidentLedger, _ seconds: Range<Int64>, _ problems: [Problem]
  ) {
    for second in stride(from: seconds.lowerBound, to: seconds.upperBound, by: 5) {
      let now = start + .seconds(second)
      ledger.observe(
        ProblemObservation(cluster: "tethys", problems: problems, poll: now),
        at: now)
      ledger.pass(at: now)
    }
  }

  @Test func watchersAndTheJournalGetTheSeverity() throws {
    let log = Memory()
    Self.run(IncidentLedger(file: nil, log: log), 0..<60, [Self.problem])
    let record = try #require(log.all.first)
    #expect(ChangeDocument(record, at: Self.start)?.severity == .critical)
    let entry = ["OCEANID_EVENT": "incident_opened", "OCEANID_SEVERITY": "warning"]
    #expect(ChangeDocument(journal: entry, at: 0)?.severity == .warning)
    #expect(ChangeDocument(journal: ["OCEANID_EVENT": "tunnel_up"], at: 0)?.severity == nil)
  }

  @Test func restartNeitherRepeatsNorForgets() throws {
    let folder = try TemporaryFolder()
    let file = IncidentFile(folder: StateFolder(folder: folder.path))
    let log = Memory()
    let delivered = DeliveredNotices()
    let first = IncidentLedger(file: file, log: log, makeID: { "abc" }, deliver: delivered.append)
    Self.run(first, 0..<60, [Self.problem])
    #expect(delivered.words == ["opened node calypso"])
    #expect(log.events == ["incident_opened"])
    #expect(log.all.first?.incident == "abc")

    let second = IncidentLedger(file: file, log: log, makeID: { "other" }, deliver: delivered.append)
    #expect(second.document().open.map(\.id) == ["abc"])
    Self.run(second, 60..<120, [Self.problem])
    #expect(delivered.words == ["opened node calypso"])
    Self.run(second, 120..<200, [])
    #expect(delivered.words == ["opened node calypso", "ended node calypso"])
    #expect(log.events == ["incident_opened", "incident_ended"])
    #expect(log.all.last?.incident == "abc")

    let third = IncidentLedger(file: file, log: log, deliver: delivered.append)
    #expect(third.document().past.map(\.id) == ["abc"])
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test(arguments: [
    "", "{", "[]", "{\"version\":99}", "{\"version\":1,\"tracks\":[{}],\"past\":[],\"silences\":[]}",
  ])
  func unreadableFileIsSetAside(_ text: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "incidents.json")
    let file = IncidentFile(folder: StateFolder(folder: folder.path))
    let log = Memory()
    let ledger = IncidentLedger(file: file, log: log)
    #expect(log.all.map(\.priority) == [.warning])
    #expect(log.all.first?.message.contains(file.path) == true)
    Self.run(ledger, 0..<60, [Self.problem])
    #expect(ledger.document().open.count == 1)
    #expect(try String(contentsOfFile: file.path + ".unreadable", encoding: .utf8) == text)
    #expect(try file.load()?.open.count == 1)
  }

  @Test func unwritableFileIsAProblemUntilItIsWritten() throws {
    let folder = try TemporaryFolder()
    let place = try folder.write("a file in the folder's place", to: "state")
    let state = StateFolder(folder: place)
    let file = IncidentFile(folder: state)
    let delivered = DeliveredNotices()
    let ledger = IncidentLedger(file: file, log: SilentLog(), deliver: delivered.append)
    Self.run(ledger, 0..<40, [Self.problem])
    let problem = try #require(state.problem)
    #expect(problem.id == "guard/state/unwritable" && problem.kind == .state)
    #expect(problem.detail.contains("incidents.json") && problem.detail.contains("Not a directory"))
    // The delivery does not wait for the disk.
    #expect(delivered.words == ["opened node calypso"])
    try FileManager.default.removeItem(atPath: place)
    Self.run(ledger, 40..<45, [Self.problem])
    state.check()
    #expect(state.problem == nil)
    #expect(try file.load()?.open.count == 1)
  }

  @Test func silenceIsLoggedWithUserAndReason() throws {
    let log = Memory()
    let delivered = DeliveredNotices()
    let ledger = IncidentLedger(file: nil, log: log, deliver: delivered.append)
    let request = try SilenceRequest(Query("/v1/silence?pattern=node%20*&reason=new%20disk&seconds=3600"))
    let silence = try #require(ledger.silence(request, by: "uid 1000", at: Self.start))
    Self.run(ledger, 0..<60, [Self.problem])
    #expect(delivered.words.isEmpty)
    #expect(ledger.document().open.first?.silence == silence.id)
    #expect(log.all.first?.message.contains("uid 1000: new disk") == true)
    #expect(!ledger.endSilence(id: "nope", by: "uid 0"))
    #expect(ledger.endSilence(id: silence.id, by: "uid 0"))
    Self.run(ledger, 60..<80, [Self.problem])
    #expect(delivered.words == ["opened node calypso"])
    #expect(log.events == ["silence_begun", "silence_ended", "incident_opened"])
  }

  /// An entry marks the end of a silence, so that readers of the journal load the held-back incidents again.
  @Test func expiredSilenceIsLoggedLikeAnEndedOne() throws {
    let log = Memory()
    let board = StatusBoard()
    let ledger = IncidentLedger(file: nil, log: log, board: board)
    Self.run(ledger, 0..<60, [Self.problem])
    let request = try SilenceRequest(
      Query("/v1/silence?cluster=tethys&pattern=node%20*&reason=new%20disk&seconds=60"))
    let silence = try #require(ledger.silence(request, by: "uid 0", at: Self.start + .seconds(60)))
    Self.run(ledger, 60..<115, [Self.problem])
    #expect(log.events == ["incident_opened", "silence_begun"])
    Self.run(ledger, 115..<130, [Self.problem])
    #expect(log.events == ["incident_opened", "silence_begun", "silence_ended"])
    let record = try #require(log.all.last)
    #expect(record.message == "silence \(silence.id) expired: node * of tethys is notified again")
    #expect(record.subject == "silence \(silence.id)")
    #expect(ChangeDocument(record, at: Self.start)?.reason == "expired")
    #expect(ledger.document().open.map(\.silence) == [nil])
  }

  @Test func silenceWithoutAMatchIsReported() throws {
    let ledger = IncidentLedger(file: nil, log: SilentLog())
    func words(_ query: String) throws -> String? {
      let request = try SilenceRequest(Query("/v1/silence?reason=x&seconds=60&\(query)"))
      guard case .accepted(let silence, let reach) = ledger.answer(request, by: "uid 0", at: Self.start)
      else {
        return nil
      }
      #expect(ledger.endSilence(id: silence.id, by: "uid 0"))
      return reach.words
    }
    #expect(try words("pattern=no") == "no incident is open now")
    Self.run(ledger, 0..<10, [Self.problem])
    #expect(try words("pattern=Node%20Calypso") == "it mutes 1 open incident")
    #expect(try words("pattern=no%20such") == "no open incident matches; open incidents: node calypso")
    #expect(try words("cluster=other&pattern=node*") == "no incident is open now")
    let many = (0..<200).map { number in
      Problem(
        .node(.condition), id: "tethys/node/n\(number)/x", severity: .warning, cluster: "tethys",
        subject: "node n\(number)" + String(repeating: "x", count: 500), title: "t", detail: "",
        since: Self.start, step: NextStep())
    }
    Self.run(ledger, 10..<15, many + [Self.problem])
    let long = try #require(try words("pattern=no%20such"))
    #expect(long.hasPrefix("no open incident matches; open incidents: node calypso, node n"))
    #expect(long.hasSuffix("… and 196 more"))
    #expect(long.count < 600)
    #expect(try words("pattern=*") == "it mutes 201 open incidents")

    ledger.retain(clusters: ["tethys"], at: Self.start)
    #expect(try words("cluster=nosuch") == nil)
    #expect(try words("cluster=tethys") != nil)
    #expect(try words("cluster=") == "no incident is open now")
    #expect(ledger.document().silences.isEmpty)
  }

  @Test(arguments: [
    "reason=x", "seconds=3600", "reason=%20&seconds=3600", "reason=x&seconds=59", "reason=x&seconds=2592001",
    "reason=x&seconds=-1", "reason=x&seconds=1e9", "reason=x&seconds=99999999999999999999",
  ])
  func silenceRequiresAReasonAndADuration(_ query: String) {
    #expect(throws: SilenceRequest.Mistake.self) {
      try SilenceRequest(Query("/v1/silence?pattern=node*&\(query)"))
    }
  }

  @Test(arguments: ["", "pattern=&", "pattern=%20&", "pattern&"])
  func silenceReportsItsMatches(_ pattern: String) throws {
    #expect(throws: SilenceRequest.Mistake.self) {
      try SilenceRequest(Query("/v1/silence?\(pattern)reason=x&seconds=60"))
    }
    #expect(try SilenceRequest(Query("/v1/silence?pattern=*&reason=x&seconds=60")).pattern == nil)
  }

  @Test func silencesAreLimited() throws {
    let ledger = IncidentLedger(file: nil, log: SilentLog())
    let request = try SilenceRequest(Query("/v1/silence?pattern=*&reason=x&seconds=60"))
    for _ in 0..<100 { #expect(ledger.silence(request, by: "uid 0", at: Self.start) != nil) }
    #expect(ledger.silence(request, by: "uid 0", at: Self.start) == nil)
  }
}
