import Foundation
import GuardAPI
import GuardTypes
import Health
import Kubernetes
import TestSupport
import Testing
import Tunnel

@testable import GuardCluster
@testable import GuardIncidents
@testable import GuardJournal
@testable import GuardState

/// Entries that the journal gets once, however often the guard starts.
@Suite struct JournalStateTests {
  private let folder: TemporaryFolder
  private let log = LogMemory()
  private var file: JournalStateFile {
    JournalStateFile(cluster: "tethys", folder: StateFolder(folder: folder.path))
  }

  init() throws { folder = try TemporaryFolder() }

  /// Another run of the guard. A run that ends saves its incidents.
  private func life() -> JournalFixture {
    let file = file
    return JournalFixture(
      log: log, file: IncidentFile(folder: StateFolder(folder: folder.path)), state: file.load(),
      save: { file.save($0) })
  }

  private func end(_ body: (ClusterJournal) -> Void) {
    let life = life()
    body(life.journal)
    life.ledger.save()
  }

  private static func problem(_ word: String, _ subject: String = "node x") -> Problem {
    Problem(
      .node(.condition), id: "tethys/node/\(subject)/\(word)", severity: .critical, cluster: "tethys",
      subject: subject,
      title: "\(subject) is \(word)", detail: "why", since: Timestamp(seconds: 0),
      step: NextStep(command: "look"))
  }

  private static func report(_ problems: Problem..., unseen: Set<Problem.Kind> = []) -> ClusterReport {
    ClusterReport(name: "tethys", verdict: .critical, summary: "s", problems: problems, unseen: unseen)
  }

  private static let blind = report(unseen: Set(Problem.Kind.allCases))

  @Test func problemOpensAndClosesOnceOverManyRestarts() {
    for _ in 0..<5 {
      let journal = life()
      journal.write(from: nil, to: Self.blind)
      journal.write(from: Self.blind, to: Self.report(Self.problem("down"), Self.problem("full")))
    }
    #expect(log.events == ["problem_opened", "problem_opened"])
    life().write(from: nil, to: Self.report())
    life().write(from: nil, to: Self.report())
    // One end for the subject.
    #expect(log.events == ["problem_opened", "problem_opened", "problem_closed"])
    #expect(Set(log.all.map(\.incident)).count == 1)
    // It comes back: that is news.
    life().write(from: nil, to: Self.report(Self.problem("down")))
    #expect(log.events.last == "problem_opened")
    #expect(log.all.last?.incident != log.all.first?.incident)
  }

  @Test func apiFailureOverARestartIsLoggedOnce() {
    let failure = PollFailure(code: .timeout, message: "no answer", remedy: "look")
    for _ in 0..<3 { end { $0.write(pollFailed: failure) } }
    for _ in 0..<3 { end { $0.writePollSucceeded() } }
    #expect(log.events == ["api_failed", "api_recovered"])
    #expect(Set(log.all.map(\.incident)).count == 1)
  }

  @Test func blockedTunnelIsLoggedAgainOnlyForAnotherError() {
    func block(_ code: TunnelErrorCode) {
      end {
        $0.write(
          .changed(from: .connecting, to: .blocked, failure: .init(code, "m", remedy: "r"), attempt: 1))
      }
    }
    block(.authRefused)
    block(.authRefused)
    #expect(log.events == ["tunnel_blocked"])
    block(.hostKeyChanged)
    #expect(log.events == ["tunnel_blocked", "tunnel_blocked"])
    end { $0.write(.changed(from: .connecting, to: .up, failure: nil, attempt: 0)) }
    #expect(log.all.last?.incident == log.all.first?.incident)
    block(.authRefused)
    #expect(log.events == ["tunnel_blocked", "tunnel_blocked", "tunnel_up", "tunnel_blocked"])
  }

  @Test func busyPortIsLoggedOnce() {
    let port = StreamAddress(host: "127.0.0.1", port: 16443)
    for _ in 0..<3 { end { $0.write(.forwardBusy(listen: port, holder: "ssh (pid 42)")) } }
    #expect(log.events == ["forward_port_busy"])
    end { $0.write(.forwardListening(listen: port)) }
    end { $0.write(.forwardBusy(listen: port, holder: nil)) }
    #expect(log.events == ["forward_port_busy", "forward_listening", "forward_port_busy"])
  }

  @Test(arguments: ["", "{", "[]", "{\"open\":7}", "{\"open\":[]}"])
  func unreadableFileIsIgnored(_ text: String) throws {
    try folder.write(text, to: "journal-tethys")
    #expect(file.load() == JournalState())
  }

  @Test func aClusterThatIsNotGuardedAnyMoreIsForgotten() throws {
    end { $0.write(.forwardBusy(listen: StreamAddress(host: "127.0.0.1", port: 16443), holder: nil)) }
    let state = StateFolder(folder: folder.path)
    JournalStateFile.removeAll(except: ["tethys", "dione"], in: state)
    #expect(!file.load().standing.isEmpty)
    JournalStateFile.removeAll(except: ["dione"], in: state)
    #expect(file.load() == JournalState())
  }

  /// Its incidents have an end in the journal too.
  @Test func theIncidentsOfAClusterThatIsNotGuardedAnyMoreAreClosed() {
    let life = life()
    life.write(from: nil, to: Self.report(Self.problem("down")))
    life.ledger.retain(clusters: ["dione"])
    life.ledger.retain(clusters: ["dione"])
    #expect(log.events == ["problem_opened", "problem_closed"])
    #expect(Set(log.all.map(\.incident)).count == 1)
  }

  @Test func tenThousandProblemsAreOpenedOnce() {
    let problems = (0..<9000).map { Self.problem("down", "node n\($0)") }
    let report = ClusterReport(name: "tethys", verdict: .critical, summary: "s", problems: problems)
    for _ in 0..<2 { life().write(from: nil, to: report) }
    #expect(log.all.count == 9000)
    life().write(from: nil, to: Self.report())
    #expect(log.events.count { $0 == "problem_closed" } == 9000)
  }

  /// Files of the version that kept the journal's incidents beside those of the alert channels.
  @Test func theFilesOfAFormerVersionAreTakenOver() throws {
    try folder.write(
      #"""
      {"version":1,"tracks":[{"incident":{"id":"abc","cluster":"tethys","subject":"node x",\#
      "since":"2026-03-01T04:12:07Z","state":"pending","isFlapping":false,"problem":"tethys/node/node x/down",\#
      "kind":"node","severity":"critical","title":"node x is down","detail":"why","remedy":"look","notices":0},\#
      "isPresent":true,"changedAt":"2026-03-01T04:12:10Z","polls":1,"changes":["2026-03-01T04:12:10Z"],\#
      "isFlappingTold":false,"remindersTold":0}],"past":[],"silences":[]}
      """#, to: "incidents.json")
    try folder.write(
      #"""
      {"open":[{"id":"tethys/node/node x/down","subject":"node x","kind":"node","title":"t"},\#
      {"id":"tethys/node/node x/full","subject":"node x","kind":"node","title":"t"}],\#
      "incidents":{"node x":"abc"},"tunnelIncident":"def","apiIncident":"ghi","standing":["tunnel_blocked/auth_refused"]}
      """#, to: "journal-tethys")
    let broken = Self.report(Self.problem("down"), Self.problem("full"))
    let first = life()
    first.write(from: nil, to: broken)
    #expect(log.events.isEmpty)
    end { $0.write(.changed(from: .connecting, to: .up, failure: nil, attempt: 0)) }
    end { $0.writePollSucceeded() }
    life().write(from: nil, to: Self.report())
    #expect(log.events == ["tunnel_up", "api_recovered", "problem_closed"])
    #expect(log.all.map(\.incident) == ["def", "ghi", "abc"])
    // And only once.
    end { $0.write(.changed(from: .connecting, to: .up, failure: nil, attempt: 0)) }
    #expect(log.all.last?.incident == nil)
    #expect(file.load().former == nil)
  }
}
