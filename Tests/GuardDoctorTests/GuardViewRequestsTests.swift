import Dispatch
import GuardAPI
import Synchronization
import TestSupport
import Testing

@testable import GuardDoctor

/// Requests for the guard's view cause one examination at a time, and one that hangs blocks no request.
@Suite(.blocking) struct GuardViewRequestsTests {
  private final class Examination: Sendable {
    let count = Atomic(0)
    let hangs: Bool
    let gate = DispatchSemaphore(value: 0)
    init(hangs: Bool) { self.hangs = hangs }
  }

  private struct View: Examinable {
    let examination: Examination

    func examine(report: (FindingDocument) -> Void) {
      examination.count.add(1, ordering: .relaxed)
      report(FindingDocument("keys", .ok, "one"))
      if examination.hangs { examination.gate.wait() }
      report(FindingDocument("files", .ok, "two"))
    }

    func document(_ findings: [FindingDocument]) -> GuardViewDocument {
      GuardViewDocument(
        user: "oceanid", uid: 998, home: "/", unit: nil, configuration: nil, agent: nil, credentials: [],
        findings: findings)
    }
  }

  private final class Answers: Sendable {
    let all = Mutex<[GuardViewDocument?]>([])
    func add(_ answer: GuardViewDocument?) { all.withLock { $0.append(answer) } }
    var count: Int { all.withLock { $0.count } }
    var steps: [[String]?] { all.withLock { $0.map { $0?.findings.map(\.step) } } }
  }

  @Test func requestsAtOnceShareOneExamination() {
    let examination = Examination(hangs: true)
    let requests = GuardViewRequests()
    let answers = Answers()
    for _ in 0..<20 { requests.ask(of: { View(examination: examination) }, answers.add) }
    examination.gate.signal()
    #expect(eventually { answers.count == 20 })
    // A request soon afterwards gets the same result.
    requests.ask(of: { View(examination: examination) }, answers.add)
    #expect(answers.steps == Array(repeating: ["keys", "files"], count: 21))
    #expect(examination.count.load(ordering: .relaxed) == 1)
  }

  @Test func hangingExaminationIsReportedAndNotStartedAgain() {
    let examination = Examination(hangs: true)
    let requests = GuardViewRequests(limit: .milliseconds(100))
    let answers = Answers()
    requests.ask(of: { View(examination: examination) }, answers.add)
    #expect(eventually { answers.count == 1 })
    #expect(answers.steps == [["keys", "examination"]])
    for _ in 0..<5 { requests.ask(of: { View(examination: examination) }, answers.add) }
    #expect(answers.steps.dropFirst() == [nil, nil, nil, nil, nil])
    #expect(examination.count.load(ordering: .relaxed) == 1)
    examination.gate.signal()
    // After its end, the next request gets its complete result.
    #expect(
      eventually {
        requests.ask(of: { View(examination: examination) }, answers.add)
        return answers.steps.last == ["keys", "files"]
      })
  }

  @Test func requestsThatWaitAreLimited() {
    let examination = Examination(hangs: true)
    let requests = GuardViewRequests()
    let answers = Answers()
    for _ in 0..<100 { requests.ask(of: { View(examination: examination) }, answers.add) }
    #expect(answers.steps == Array(repeating: nil, count: 36))
    examination.gate.signal()
    #expect(eventually { answers.count == 100 })
    #expect(answers.steps.dropFirst(36).allSatisfy { $0 == ["keys", "files"] })
  }
}
