import DemoPipeline
import GuardAPI
import GuardStatus
import GuardTypes
import Health
import PipelineSources
import TestSupport
import Testing

@testable import GuardPipeline
@testable import Pipeline

/// Where a commit is that the last poll did not know, or that GitHub can't be asked for.
@Suite(.blocking) struct NewCommitTests {
  private let demo: DemoPipeline
  private let client: GitHubClient

  init() throws {
    demo = try DemoPipeline.start()
    client = try .of(demo, clock: { Timestamp(seconds: 1_800_000_000) })
  }

  private static func stage(at commit: CommitID?, _ state: StageState = .current) -> Stage {
    Stage(id: "cloud", kind: .github, state: state, commit: commit, summary: "run 7 succeeded")
  }

  private func find(
    _ name: String, _ stages: [Stage], head: CommitID?, branch: String? = "main",
    refusal: SourceFailure? = nil, _ search: inout CommitSearch
  ) -> WhereOutcome {
    search.find(
      name, in: stages, cluster: "c", head: head, branch: branch, steps: [:], refusal: refusal, client)
  }

  private func document(_ outcome: WhereOutcome) throws -> WhereDocument {
    guard case .found(let document) = outcome else { throw FixtureError.failed("\(outcome)") }
    return document
  }

  @Test(arguments: [StageState.current, .failed, .stopped])
  func commitPushedAfterTheLastPollIsOnItsWay(_ state: StageState) throws {
    let polled = try #require(CommitID(demo.head))
    demo.apply(.push(["cloud/"]))
    var search = CommitSearch()
    let found = try document(find(demo.head, [Self.stage(at: polled, state)], head: polled, &search))
    #expect(found.onBranch == true && found.stages.map(\.state) == [.underway])
    #expect(found.stages.first?.summary == "it was pushed after the last poll; before: run 7 succeeded")
    #expect(search.newHead?.description == demo.head)
  }

  @Test func commitThatGitHubDoesNotShowOnTheBranchYetIsUnknown() throws {
    let polled = try #require(CommitID(demo.head))
    demo.apply(.push(["cloud/"]))
    var search = CommitSearch()
    // Without a new look at the branch, its newest commit is an ancestor of the one in question.
    let found = try document(
      find(demo.head, [Self.stage(at: polled)], head: polled, branch: nil, &search))
    #expect(found.onBranch == nil && found.stages.map(\.state) == [.unknown])
    #expect(found.stages.first?.summary.contains("is newer than \(polled.short)") == true)
  }

  @Test func replacedCommitIsStuck() throws {
    demo.apply(.push(["cloud/"]))
    let lost = demo.head
    demo.apply(.forcePush(forgets: false))
    let head = try #require(CommitID(demo.head))
    var search = CommitSearch()
    let found = try document(find(lost, [Self.stage(at: head)], head: head, &search))
    #expect(found.onBranch == false && found.stages.map(\.state) == [.stuck])
  }

  @Test func refusedGuardAnswersFromWhatIsKnown() throws {
    let head = try #require(CommitID(demo.head))
    let refusal = SourceFailure(.token, "GitHub refuses the token")
    var search = CommitSearch()
    let stages = [Self.stage(at: head), Self.stage(at: CommitID(String(repeating: "b", count: 40)))]
    let count = demo.requests.count
    let found = try document(find(String(demo.head.prefix(8)), stages, head: head, refusal: refusal, &search))
    #expect(found.stages.map(\.state) == [.has, .unknown] && found.onBranch == nil)
    #expect(found.stages.last?.summary == "GitHub has not answered: GitHub refuses the token")
    #expect(demo.requests.count == count)
    guard
      case .unavailable("GitHub refuses the token") = find(
        "0123456", stages, head: head, refusal: refusal, &search)
    else {
      Issue.record("an unknown beginning of a name has no answer")
      return
    }
  }
}
