import DemoCluster
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

/// Which stages have a commit.
@Suite(.blocking) struct CommitSearchTests {
  private let demo: DemoPipeline
  private let client: GitHubClient

  init() throws {
    demo = try DemoPipeline.start()
    client = try .of(demo)
  }

  private func stage(
    _ state: StageState = .current, at commit: CommitID?, _ folder: String = "", problem: String? = nil
  ) -> Stage {
    Stage(
      id: "cloud", kind: .github, state: state, commit: commit,
      filter: folder.isEmpty
        ? PathFilter() : PathPattern(folder: folder).map { PathFilter([$0]) } ?? PathFilter(),
      summary: "run 7",
      problem: problem)
  }

  private func find(
    _ name: String, _ stages: [Stage], _ search: inout CommitSearch, client: GitHubClient?
  ) -> WhereOutcome {
    search.find(
      name, in: stages, cluster: "tethys", head: CommitID(demo.head),
      steps: ["p": NextStep(command: "gh run rerun 7")], client)
  }

  private func place(_ name: String, _ stage: Stage) throws -> WhereDocument.Stage {
    var search = CommitSearch()
    guard case .found(let document) = find(name, [stage], &search, client: client) else {
      throw FixtureError.failed("the commit was not found")
    }
    return try #require(document.stages.first)
  }

  @Test func everyStateOfAStage() throws {
    let before = try #require(CommitID(demo.head))
    demo.apply(.push(["cloud/"]))
    let head = try #require(CommitID(demo.head))
    let name = head.description
    #expect(try place(name, stage(at: head)).summary == "runs it")
    #expect(try place(before.description, stage(at: head)).summary == "runs \(head.short), which contains it")
    #expect(try place(before.description, stage(.failed, at: head, problem: "p")).state == .has)
    #expect(try place(name, stage(at: before, "cluster")).state == .unaffected)
    for state in [StageState.behind, .running, .waiting] {
      #expect(try place(name, stage(state, at: before, "cloud")).state == .underway)
      let stuck = try place(name, stage(state, at: before, "cloud", problem: "p"))
      #expect(stuck.state == .stuck && stuck.command == "gh run rerun 7" && stuck.problem == "p")
    }
    for state in [StageState.failed, .stopped, .diverged] {
      #expect(try place(name, stage(state, at: before)).state == .stuck)
    }
    #expect(try place(name, stage(.unknown, at: nil)).state == .unknown)
    #expect(try place(String(name.prefix(7)), stage(at: head)).state == .has)
  }

  /// The earlier state of a stage does not prove its present one, even without an answer of GitHub.
  @Test func unseenStageHasNoCommit() throws {
    let head = try #require(CommitID(demo.head))
    var unseen = stage(.unknown, at: head)
    #expect(try place(head.description, unseen).state == .has)
    unseen.isUnseen = true
    unseen.summary = "the cluster can't be seen; last seen: ready"
    let found = try place(head.description, unseen)
    #expect(found.state == .unknown && found.summary == unseen.summary)
    // A commit that changes no file of a stage cannot be missing there.
    demo.apply(.push(["cloud/"]))
    var other = stage(.unknown, at: CommitID(demo.head), "cluster")
    other.isUnseen = true
    #expect(try place(demo.head, other).state == .unaffected)
    var search = CommitSearch()
    let outcome = search.find(
      head.description, in: [unseen, stage(at: head)], cluster: "tethys", head: head, steps: [:],
      refusal: SourceFailure(.unreachable, "GitHub answers HTTP 401"), client)
    guard case .found(let document) = outcome else { throw FixtureError.failed("the commit was not found") }
    #expect(document.stages.map(\.state) == [.unknown, .has])
    #expect(document.stages.first?.summary == unseen.summary)
  }

  @Test func commitThatWasReplacedIsOnNoBranch() throws {
    demo.apply(.push(["cloud/"]))
    let lost = demo.head
    demo.apply(.forcePush(forgets: false))
    let head = try #require(CommitID(demo.head))
    let stage = try place(lost, stage(.running, at: head))
    #expect(stage.state == .stuck && stage.summary == "it is not on the branch that is deployed")
  }

  @Test func unknownAndAmbiguousNames() throws {
    var search = CommitSearch()
    for name in ["abcdef1", String(repeating: "e", count: 40), "main"] {
      guard case .unknownCommit = find(name, [], &search, client: client) else {
        Issue.record("\(name) was found")
        continue
      }
    }
  }

  /// A failure is not a statement about the commit.
  @Test(arguments: [
    PipelineFault.tokenRefused(.github), .repositoryHidden, .rateLimited(.github, seconds: 60),
    .apiAnswersWrong(.github, .html, on: "/"), .apiAnswersWrong(.github, .closes, on: "/"),
    .permissionMissing("contents"),
  ])
  func failureOfGitHubIsNamed(_ fault: PipelineFault) throws {
    demo.apply(fault)
    var search = CommitSearch()
    guard case .unavailable(let reason) = find(demo.head, [], &search, client: client) else {
      Issue.record("no failure")
      return
    }
    #expect(reason.contains("GitHub"))
  }

  @Test func commitsAndComparisonsAreAskedForOnce() throws {
    let before = try #require(CommitID(demo.head))
    demo.apply(.push(["cloud/"]))
    let stages = (0..<20).map { _ in stage(at: before, "cloud") }
    var search = CommitSearch()
    _ = find(demo.head, stages, &search, client: client)
    #expect(demo.requests.count == 2, "the commit, and one comparison")
    demo.clearRequests()
    _ = find(demo.head, stages, &search, client: client)
    #expect(demo.requests.isEmpty)
  }

  @Test func withoutGitHubOnlyEqualityIsKnown() throws {
    var search = CommitSearch()
    let head = try #require(CommitID(demo.head))
    let other = try #require(CommitID(String(repeating: "b", count: 40)))
    guard
      case .found(let document) = find(
        demo.head, [stage(at: head), stage(at: other)], &search, client: nil)
    else {
      Issue.record("not found")
      return
    }
    #expect(document.stages.map(\.state) == [.has, .unknown])
    guard case .unknownCommit = find("abcdef1", [], &search, client: nil) else {
      Issue.record("a part of a name is no commit")
      return
    }
  }
}
