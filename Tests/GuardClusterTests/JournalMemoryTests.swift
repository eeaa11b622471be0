import Foundation
import GuardTypes
import Health
import Kubernetes
import TestSupport
import Testing
import Tunnel

@testable import GuardCluster
@testable import GuardJournal
@testable import GuardState

/// What the journal says once, however often the guard starts.
@Suite struct JournalMemoryTests {
  private let folder: TemporaryFolder
  private let log = LogMemory()
  private var file: JournalMemoryFile {
    JournalMemoryFile(cluster: "tethys", folder: StateFolder(folder: folder.path))
  }

  init() throws { folder = try TemporaryFolder() }

  /// Another life of the guard.
  private func journal() -> ClusterJournal {
    let file = file
    return ClusterJournal(cluster: "tethys", log: log, memory: file.load(), save: { file.save($0) })
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
      let journal = journal()
      journal.write(from: nil, to: Self.blind)
      journal.write(from: Self.blind, to: Self.report(Self.problem("down"), Self.problem("full")))
    }
    #expect(log.events == ["problem_opened", "problem_opened"])
    journal().write(from: nil, to: Self.report())
    journal().write(from: nil, to: Self.report())
    // One end for the subject.
    #expect(log.events == ["problem_opened", "problem_opened", "problem_closed"])
    #expect(Set(log.all.map(\.incident)).count == 1)
    // It comes back: that is news.
    journal().write(from: nil, to: Self.report(Self.problem("down")))
    #expect(log.events.last == "problem_opened")
    #expect(log.all.last?.incident != log.all.first?.incident)
  }

  @Test func apiFailureOverARestartIsLoggedOnce() {
    let failure = PollFailure(code: .timeout, message: "no answer", remedy: "look")
    for _ in 0..<3 { journal().write(pollFailed: failure) }
    for _ in 0..<3 { journal().writePollSucceeded() }
    #expect(log.events == ["api_failed", "api_recovered"])
    #expect(Set(log.all.map(\.incident)).count == 1)
  }

  @Test func blockedTunnelIsLoggedAgainOnlyForAnotherError() {
    func block(_ code: TunnelErrorCode) {
      journal().write(
        .changed(from: .connecting, to: .blocked, failure: .init(code, "m", remedy: "r"), attempt: 1))
    }
    block(.authRefused)
    block(.authRefused)
    #expect(log.events == ["tunnel_blocked"])
    block(.hostKeyChanged)
    #expect(log.events == ["tunnel_blocked", "tunnel_blocked"])
    journal().write(.changed(from: .connecting, to: .up, failure: nil, attempt: 0))
    #expect(log.all.last?.incident == log.all.first?.incident)
    block(.authRefused)
    #expect(log.events == ["tunnel_blocked", "tunnel_blocked", "tunnel_up", "tunnel_blocked"])
  }

  @Test func busyPortIsLoggedOnce() {
    let port = StreamAddress(host: "127.0.0.1", port: 16443)
    for _ in 0..<3 { journal().write(.forwardBusy(listen: port, holder: "ssh (pid 42)")) }
    #expect(log.events == ["forward_port_busy"])
    journal().write(.forwardListening(listen: port))
    journal().write(.forwardBusy(listen: port, holder: nil))
    #expect(log.events == ["forward_port_busy", "forward_listening", "forward_port_busy"])
  }

  @Test(arguments: ["", "{", "[]", "{\"open\":7}", "{\"open\":[]}"])
  func unreadableFileIsIgnored(_ text: String) throws {
    try folder.write(text, to: "journal-tethys")
    #expect(file.load() == JournalMemory())
  }

  @Test func removedClusterIsForgotten() throws {
    journal().write(from: nil, to: Self.report(Self.problem("down")))
    let state = StateFolder(folder: folder.path)
    JournalMemoryFile.keep(["tethys", "dione"], in: state)
    #expect(!file.load().open.isEmpty)
    JournalMemoryFile.keep(["dione"], in: state)
    #expect(file.load() == JournalMemory())
  }

  @Test func tenThousandProblemsFit() throws {
    var memory = JournalMemory()
    memory.open = (0..<12_000).map { .init(Self.problem("down", "node n\($0)")) }
    memory.incidents = Dictionary(uniqueKeysWithValues: memory.open.map { ($0.subject, $0.id) })
    file.save(memory)
    let read = file.load()
    #expect(read.open.count == 10_000 && read.incidents.count == 10_000)
  }
}
