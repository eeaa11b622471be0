import DemoCluster
import DemoPipeline
import GuardAPI
import GuardStatus
import GuardTypes
import Health
import Pipeline
import Synchronization
import TestSupport
import Testing

@testable import GuardPipeline

/// The poller against the simulated APIs.
@Suite(.blocking) struct PolledAPITests {
  @Test(arguments: [
    (#"{ repository: oceanid/cluster, github: { url: "GITHUB", token: { file: /t } } }"#, ["commits"]),
    (
      #"{ repository: oceanid/cluster, github: { url: "GITHUB", token: { file: /t }, workflow: \#(DemoPipeline.workflow) } }"#,
      ["actions", "commits"]
    ),
    (
      #"{ repository: oceanid/cluster, github: { url: "GITHUB", token: { file: /t } }, markers: { github: true } }"#,
      ["commits", "contents", "git"]
    ),
    (
      #"{ pulumi: { url: "PULUMI", token: { file: /t }, stack: \#(DemoPipeline.stack) } }"#,
      ["deployments", "updates"]
    ),
    (
      #"{ pulumi: { url: "PULUMI", token: { file: /t }, stack: \#(DemoPipeline.stack), agentPool: x } }"#,
      ["agent-pools", "deployments", "updates"]
    ),
  ])
  func nothingIsAskedThatIsNotConfigured(_ pipeline: String, _ asked: [String]) throws {
    let fixture = try PipelineFixture(pipeline)
    _ = try fixture.first()
    fixture.poller.update(fixture.view(fixture.demo.head), stages: [], steps: [:])
    _ = try fixture.poll()
    let areas = fixture.demo.requests.map { request in
      let words = request.path.split(separator: "/").map(String.init)
      return request.api == .github
        ? words.dropFirst(3).first ?? "repository"
        : words.dropFirst(request.path.contains("/orgs/") ? 3 : 5).first ?? ""
    }
    #expect(Set(areas).sorted() == asked)
    #expect(fixture.demo.requests.allSatisfy { $0.method == "GET" })
  }

  @Test func unchangedAnswersCostNothing() throws {
    let fixture = try PipelineFixture()
    _ = try fixture.first()
    fixture.poller.update(fixture.view(fixture.demo.head), stages: [], steps: [:])
    var (before, after) = (try fixture.poll(), try fixture.poll())
    var requests = Array(fixture.demo.requests.prefix(0))
    // The new view starts a poll, too, whose requests may mix with those of the next.
    for _ in 0..<10 where requests.count != 3 {
      fixture.demo.clearRequests()
      before = after
      after = try fixture.poll()
      requests = fixture.demo.requests.filter { $0.api == .github }
    }
    // The newest commit, the workflow and its runs. Files and comparisons of known commits are not asked for.
    #expect(requests.count == 3)
    #expect(requests.allSatisfy { $0.isConditional && $0.status == 304 })
    func unchanged(_ knowledge: PipelineKnowledge) throws -> Int {
      try fixture.source("github", of: knowledge).answers["304"] ?? 0
    }
    #expect(try unchanged(after) - unchanged(before) == 3)
    #expect(!after.differs(from: before), "nothing is judged again")
  }

  @Test func sightingsSurviveARestart() throws {
    let first = try PipelineFixture()
    let known = try first.first()
    let history = try #require(first.history)
    let head = try #require(known.heads["main"]?.value)
    #expect(history.heads == ["main": head] && history.highestRun > 0)
    let second = try PipelineFixture(
      demo: first.demo, history: history, at: first.now + .seconds(7200), faults: [])
    #expect(try second.first().heads["main"]?.value == head)
    #expect(second.history == nil, "nothing changed")
    // The history of another branch says nothing.
    var other = PipelineHistory(repository: history.repository, branch: "release", workflow: history.workflow)
    (other.highestRun, other.heads) = (1_000_000, history.heads)
    let third = try PipelineFixture(demo: first.demo, history: other, at: first.now + .seconds(7200))
    let fresh = try third.first()
    #expect(fresh.heads["main"]?.value?.seenAt == third.now)
    #expect(fresh.cloud?.current != nil)
    // A clock that was ahead.
    let early = try PipelineFixture(demo: first.demo, history: history, at: first.now - .seconds(7200))
    #expect(try early.first().heads["main"]?.value?.seenAt == early.now)
  }

  @Test func staleListAfterARestartIsNoVerdict() throws {
    let first = try PipelineFixture()
    _ = try first.first()
    let history = try #require(first.history)
    let second = try PipelineFixture(
      demo: first.demo, history: history, at: first.now, faults: [.listStale])
    let stale = try second.first()
    #expect(stale.cloud?.value == nil)
    #expect(stale.cloud?.failure?.message.contains("run \(history.highestRun) was seen before") == true)
    #expect(second.report(stale).findings.isEmpty)
    #expect(second.report(stale).unseenSubjects == ["workflow \(DemoPipeline.workflow)"])
    // A person may have deleted the newest run.
    second.advance(.seconds(3599))
    #expect(try second.poll().cloud?.value == nil)
    second.advance(.seconds(1))
    #expect(try second.poll().cloud?.current != nil)
    #expect(second.history?.highestRun == history.highestRun - 1)
  }

  @Test func staleListKeepsTheLastRuns() throws {
    let fixture = try PipelineFixture()
    let runs = try fixture.first().cloud?.value?.runs
    fixture.demo.apply(.listStale)
    let stale = try fixture.poll()
    #expect(stale.cloud?.current?.runs == runs && runs?.isEmpty == false)
    fixture.demo.apply(.listUnsorted)
    #expect(try fixture.poll().cloud?.current?.runs == runs)
  }

  @Test(arguments: [
    (PipelineFault.poolsForbidden, "pulumi", "agent pools of"),
    (.permissionMissing("actions"), "github", "actions=read"),
    (.permissionMissing("contents"), "github", "contents=read"),
    (.repositoryHidden, "github", "GitHub shows no repository oceanid/cluster"),
    (.tokenRefused(.pulumi), "pulumi", "refuses the token"),
    (.ssoRequired, "github", "single sign-on"),
  ])
  func missingRightIsNamed(_ fault: PipelineFault, _ name: String, _ words: String) throws {
    let fixture = try PipelineFixture(faults: [fault])
    let knowledge = try fixture.first()
    let source = try fixture.source(name, of: knowledge)
    #expect(source.state == "refused")
    let failure = try #require(source.failures.first { $0.message.contains(words) }, "\(source.failures)")
    #expect(failure.step != NextStep())
    let document = PipelineDocument.Source(source)
    #expect(document.state == "refused" && document.message?.contains(words) == true)
    #expect(source.failures.count <= 2, "one right is named once")
    // The other API has answered, and what is still known is judged.
    #expect(try fixture.source(name == "github" ? "pulumi" : "github", of: knowledge).state == "ok")
    if fault == .poolsForbidden || fault == .poolGone {
      #expect(knowledge.stack?.current != nil && source.seenAt == fixture.now)
    }
    fixture.demo.apply(.healed)
    fixture.advance(.seconds(3601))
    #expect(try fixture.source(name, of: fixture.poll()).state == "ok")
  }

  @Test func detailThatIsRefusedHidesNoVerdict() throws {
    let fixture = try PipelineFixture(
      faults: [
        .runEnded("failure", step: "pulumi up"), .apiAnswersWrong(.github, .status(403), on: "/jobs"),
      ])
    let knowledge = try fixture.first()
    #expect(knowledge.cloud?.current?.runs.first?.conclusion == "failure")
    #expect(knowledge.cloud?.current?.failedJob == nil)
    let source = try fixture.source("github", of: knowledge)
    #expect(source.failure == nil && source.gaps.count == 1 && source.state == "refused")
    #expect(fixture.report(knowledge).findings.map(\.code) == [.pipeline(.runFailed)])
  }

  @Test(arguments: [
    ResponseFault.html, .closes, .truncatedJSON, .shortBody, .hugeBody(40_000_000),
    .endlessHeaders,
    .deepNesting(100_000), .status(500), .redirect("http://127.0.0.1:1/"),
  ])
  func hostileAnswersEndAsUnknown(_ fault: ResponseFault) throws {
    let fixture = try PipelineFixture()
    let before = try fixture.first()
    // An unchanged answer has no body that could be broken.
    fixture.demo.apply(.push(["cloud/"]))
    fixture.demo.apply(.apiAnswersWrong(.github, fault, on: "/"))
    let wrong = try fixture.poll()
    #expect(["unreachable", "unreadable"].contains(try fixture.source("github", of: wrong).state))
    #expect(wrong.cloud?.failure != nil && wrong.cloud?.value == before.cloud?.value)
    let stages = fixture.report(wrong).stages(nil, problems: [])
    #expect(stages.map(\.state) == [.unknown, .current])
    #expect(fixture.report(wrong).findings.isEmpty)
    #expect(try fixture.source("pulumi", of: wrong).state == "ok")
    fixture.demo.apply(.apiAnswersRight)
    fixture.advance(.seconds(301))
    #expect(try fixture.source("github", of: fixture.poll()).state == "ok")
  }

  @Test func redirectToAnotherHostDoesNotGetTheToken() throws {
    let other = try DemoPipeline.start()
    let fixture = try PipelineFixture(faults: [.renamed(origin: other.url(.github))])
    #expect(try fixture.source("github", of: fixture.first()).state == "unreadable")
    #expect(other.requests.isEmpty)
  }

  @Test func hangingAPIDelaysNobody() throws {
    let fixture = try PipelineFixture()
    _ = try fixture.first()
    fixture.demo.clearRequests()
    fixture.demo.apply(.apiAnswersWrong(.github, .hangs, on: "/"))
    fixture.poller.pollNow()
    #expect(eventually { !fixture.demo.requests.isEmpty })
    // While the request hangs, the cluster's thread is not held.
    for _ in 1...1000 { fixture.poller.update(fixture.view(fixture.demo.head), stages: [], steps: [:]) }
    let boxes = (1...17).map { _ in OutcomeBox() }
    for box in boxes { fixture.poller.find("abcdef1") { outcome in box.value.withLock { $0 = outcome } } }
    let last = boxes[16].value.withLock { $0 }
    guard case .some(.busy) = last else {
      Issue.record("the number of waiting requests is not limited")
      return
    }
    #expect(boxes[0].value.withLock { $0 } == nil)
    #expect(fixture.polls == 1)
    // The end of the guard does not wait for the request's own timeout.
    fixture.poller.stop()
    #expect(
      eventually(within: .seconds(10)) { boxes.allSatisfy { box in box.value.withLock { $0 != nil } } })
    #expect(fixture.polls == 1)
  }

  @Test func commitThatTheClusterBeginsToRunIsComparedSoon() throws {
    let fixture = try PipelineFixture()
    let head = try #require(try fixture.first().heads["main"]?.value?.commit)
    fixture.demo.apply(.push(["clusters/a.yaml"]))
    fixture.poller.update(fixture.view(head.description), stages: [], steps: [:])
    #expect(eventually { fixture.polls == 2 })
    let next = try fixture.poll()
    let newest = try #require(next.heads["main"]?.value?.commit)
    #expect(newest != head)
    #expect(next.comparisons[.init(base: head, head: newest)]??.ahead == 1)
    // The same commit causes no request.
    let count = fixture.polls
    fixture.poller.update(fixture.view(head.description), stages: [], steps: [:])
    _ = try fixture.find("abcdef1")
    #expect(fixture.polls == count)
  }
}
