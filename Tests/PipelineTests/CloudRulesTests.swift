import GuardTypes
import Health
import Testing

@testable import Pipeline

private let now = Timestamp(seconds: 1_800_000_000)
private func ago(_ seconds: Int64) -> Timestamp { now - .seconds(seconds) }
private func commit(_ digit: Character) -> CommitID { CommitID(repeating: digit) }

private func run(
  _ number: Int64, _ status: String = "completed", _ conclusion: String? = "success",
  at digit: Character = "a",
  started: Int64 = 7200, ended: Int64 = 7000, branch: String = "main", event: String = "push"
) -> WorkflowRun {
  WorkflowRun(
    id: number * 10, number: number, event: event, branch: branch, commit: commit(digit), status: status,
    conclusion: conclusion, createdAt: ago(started), startedAt: ago(started), updatedAt: ago(ended),
    url: "https://github.com/o/r/actions/runs/\(number * 10)")
}

private func judge(
  _ runs: [WorkflowRun], state: String = "active", job: FailedJob? = nil, approvals: [PendingApproval] = [],
  head: (digit: Character, seen: Int64)? = ("a", 3600), distance: Distance? = nil, statusSince: Int64? = nil,
  emptySince: Int64? = nil
) -> StageResult {
  CloudRules(
    CloudFacts(
      workflow: Workflow(state: state, url: "https://github.com/o/r/actions"), runs: runs, failedJob: job,
      approvals: approvals, head: head.map { Head(commit: commit($0.digit), seenAt: ago($0.seen)) },
      distance: distance, statusSince: statusSince.map(ago), emptySince: emptySince.map(ago)),
    workflow: "cloud.yml", repository: "o/r", now: now
  ).judgment
}

extension StageResult {
  /// The titles of its problems, with all placeholders filled.
  fileprivate var titles: [String] {
    findings.map {
      Problem($0.code, $0.facts, cluster: "c", subject: $0.subject, since: now, severity: $0.severity).title
    }
  }
}

/// Each row of the verdicts about GitHub Actions: the problem that it is, and the neighbouring state that is none.
@Suite struct CloudRulesTests {
  private static let good = run(41, at: "a")

  @Test func successOfTheNewestCommitIsCurrent() {
    let judgment = judge([Self.good])
    #expect(judgment.state == .current && judgment.findings.isEmpty)
    #expect(judgment.commit == commit("a"))
  }

  @Test(arguments: [
    ("disabled_manually", "disabled manually"), ("disabled_inactivity", "disabled for inactivity"),
    ("deleted", "deleted"), ("disabled_something_new", "disabled manually"),
  ])
  func disabledWorkflow(_ state: String, _ words: String) {
    let judgment = judge([Self.good], state: state)
    #expect(judgment.state == .stopped)
    #expect(judgment.titles == ["workflow cloud.yml is \(words), so nothing will be deployed"])
  }

  @Test(arguments: [
    ("failure", "failed: job deploy, step pulumi up"), ("timed_out", "timed out: job deploy, step pulumi up"),
    ("startup_failure", "could not start: the workflow file is broken"),
  ])
  func failedRun(_ conclusion: String, _ outcome: String) throws {
    let judgment = judge(
      [run(42, "completed", conclusion, at: "b"), Self.good],
      job: FailedJob(name: "deploy", step: "pulumi up"), head: ("b", 60))
    #expect(judgment.state == .failed)
    #expect(judgment.titles == ["run 42 of cloud.yml \(outcome)"])
    let finding = try #require(judgment.finding)
    #expect(finding.code == .pipeline(.runFailed))
    #expect(
      finding.detail.contains("commit bbbbbbbb") && finding.detail.contains("run 41 of aaaaaaaa is still"))
    #expect(judgment.commit == commit("a"))
    #expect(
      judge([run(43, at: "b"), run(42, "completed", conclusion), Self.good], head: ("b", 60)).findings.isEmpty
    )
  }

  @Test(arguments: [
    ("cancelled", StageState.stopped), ("stale", .stopped), ("action_required", .waiting),
    ("something_new", .stopped),
  ])
  func stoppedRun(_ conclusion: String, _ state: StageState) {
    let judgment = judge([run(42, "completed", conclusion, at: "b"), Self.good], head: ("b", 60))
    #expect(judgment.state == state && judgment.finding?.code == .pipeline(.runStopped))
  }

  @Test func skippedRunHidesNoOther() {
    #expect(judge([run(42, "completed", "skipped", at: "a"), Self.good]).state == .current)
  }

  @Test func slowRun() {
    func running(_ started: Int64, usual: Int64 = 200) -> StageResult {
      judge(
        [
          run(42, "in_progress", nil, at: "b", started: started, ended: started),
          run(41, started: 9000, ended: 9000 - usual),
        ], head: ("b", 60))
    }
    #expect(running(1700).state == .running && running(1700).findings.isEmpty)
    #expect(running(1900).titles == ["run 42 of cloud.yml has been running for 31m"])
    // Three times as long as usual.
    #expect(running(3000, usual: 1200).findings.isEmpty)
    #expect(!running(3700, usual: 1200).findings.isEmpty)
  }

  @Test(arguments: [
    ("queued", "has had no runner"), ("requested", "has had no runner"),
    ("pending", "has waited for another run"),
  ])
  func queuedRun(_ status: String, _ words: String) {
    func queued(_ seconds: Int64) -> StageResult {
      judge([run(42, status, nil, at: "b"), Self.good], head: ("b", 60), statusSince: seconds)
    }
    #expect(queued(590).state == .waiting && queued(590).findings.isEmpty)
    #expect(queued(660).titles == ["run 42 of cloud.yml \(words) for 11m"])
  }

  @Test func waitingForApproval() {
    func waiting(_ seconds: Int64, timer: Int64 = 0) -> StageResult {
      judge(
        [run(42, "waiting", nil, at: "b"), Self.good],
        approvals: [PendingApproval(environment: "production", waitMinutes: timer)], head: ("b", 60),
        statusSince: seconds)
    }
    #expect(waiting(3000).state == .waiting && waiting(3000).findings.isEmpty)
    #expect(waiting(3000).summary == "run 42 waits for approval of production")
    #expect(
      waiting(7200).titles == ["run 42 of cloud.yml has been waiting for approval of production for 120m"])
    #expect(waiting(7200, timer: 120).findings.isEmpty)
  }

  @Test func notStartedForTheNewestCommit() {
    func behind(_ distance: Distance?, seen: Int64) -> StageResult {
      judge([Self.good], head: ("b", seen), distance: distance)
    }
    #expect(behind(Distance(behind: 1), seen: 300).state == .behind)
    #expect(behind(Distance(behind: 1), seen: 300).findings.isEmpty)
    #expect(behind(Distance(behind: 1), seen: 700).titles == ["cloud.yml was not started for bbbbbbbb"])
    #expect(behind(Distance(elsewhere: 2), seen: 700).state == .current)
    #expect(behind(Distance(elsewhere: 2), seen: 700).findings.isEmpty)
    #expect(behind(nil, seen: 700).state == .unknown)
    #expect(behind(Distance(isDiverged: true), seen: 700).state == .diverged)
  }

  @Test func emptyListIsConfirmedBeforeItMeansNeverRan() {
    #expect(judge([], emptySince: 0).state == .unknown)
    #expect(judge([], emptySince: nil).state == .unknown)
    #expect(judge([], head: ("b", 60), emptySince: 60).state == .behind)
    #expect(judge([], head: ("b", 60), emptySince: 60).findings.isEmpty)
    #expect(judge([], head: ("b", 700), emptySince: 700).titles == ["cloud.yml was not started for bbbbbbbb"])
  }

  @Test func onlyRunsOfTheBranchDeploy() {
    #expect(run(1).deploys("main") && run(1, event: "schedule").deploys("main"))
    #expect(!run(1, branch: "feature").deploys("main") && !run(1, event: "pull_request").deploys("main"))
  }
}

@Suite struct TokenRulesTests {
  private func finding(_ days: Int64) -> Observation.Finding? {
    TokenRules.finding(
      expires: now + .seconds(days * 86_400), source: "github", api: "GitHub", place: "/t", now: now)
  }

  @Test func warnsBeforeItExpires() {
    #expect(finding(15) == nil)
    #expect(finding(13)?.severity == .warning)
    #expect(finding(2)?.severity == .critical)
    #expect(finding(-1)?.facts["expires"] == "expired 24h ago")
  }
}
