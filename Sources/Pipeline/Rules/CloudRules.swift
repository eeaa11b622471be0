internal import GuardTypes
package import Health

/// The known facts about the workflow that deploys the cloud stack.
package struct CloudFacts: Hashable, Sendable {
  package let workflow: Workflow
  /// The runs that deploy the branch, newest first.
  package let runs: [WorkflowRun]
  /// Of the newest run; nil if it did not fail, or that is not known.
  package let failedJob: FailedJob?
  /// Of the newest run.
  package let approvals: [PendingApproval]
  package let head: Head?
  /// From the commit of the newest successful run to the head; nil if it is not known.
  package let distance: Distance?
  /// Since when the newest run has had its status.
  package let statusSince: Timestamp?
  /// When it was first seen that the workflow never ran.
  package let emptySince: Timestamp?
  /// Why the runs may not be the newest ones; nil if they are.
  package let remark: String?

  package init(
    workflow: Workflow, runs: [WorkflowRun], failedJob: FailedJob? = nil, approvals: [PendingApproval] = [],
    head: Head? = nil, distance: Distance? = nil, statusSince: Timestamp? = nil, emptySince: Timestamp? = nil,
    remark: String? = nil
  ) {
    self.workflow = workflow
    self.runs = runs
    self.failedJob = failedJob
    self.approvals = approvals
    self.head = head
    self.distance = distance
    self.statusSince = statusSince
    self.emptySince = emptySince
    self.remark = remark
  }

  /// The same facts with the distance of the newest successful run.
  package func with(distance: Distance?) -> CloudFacts {
    CloudFacts(
      workflow: workflow, runs: runs, failedJob: failedJob, approvals: approvals, head: head,
      distance: distance, statusSince: statusSince, emptySince: emptySince, remark: remark)
  }
}

/// The verdict about the workflow that deploys the cloud stack.
package struct CloudRules {
  /// Runners and other runs may take this long.
  static let queueTimeLimit: Duration = .seconds(600)
  /// GitHub starts a run within seconds; its queues may lag.
  static let startTimeLimit: Duration = .seconds(600)
  static let approvalTimeLimit: Duration = .seconds(3600)
  /// A list without runs is confirmed by a second one.
  static let emptyTimeLimit: Duration = .seconds(59)

  private let facts: CloudFacts
  private let workflow: String
  private let repository: String
  private let now: Timestamp

  /// - Parameters:
  ///   - workflow: its file.
  ///   - repository: `owner/name`
  package init(_ facts: CloudFacts, workflow: String, repository: String, now: Timestamp) {
    self.facts = facts
    self.workflow = workflow
    self.repository = repository
    self.now = now
  }

  package var judgment: StageResult {
    var judgment = judgmentOfState
    judgment.commit = lastSuccess?.commit
    if let remark = facts.remark { judgment.summary += "; \(remark)" }
    return judgment
  }

  /// Skipped runs deployed nothing and hide no other run.
  private var newest: WorkflowRun? {
    facts.runs.first { !($0.status == "completed" && ["skipped", "neutral"].contains($0.conclusion ?? "")) }
  }

  private var lastSuccess: WorkflowRun? { facts.runs.first(where: \.isSuccess) }

  private var judgmentOfState: StageResult {
    let state = facts.workflow.state
    if state == "deleted" || state.hasPrefix("disabled") { return disabled(state) }
    guard let run = newest else { return neverRan }
    switch run.status {
    case "completed": return completed(run)
    case "waiting": return waiting(run)
    case "queued", "requested", "pending": return queued(run)
    default: return running(run)
    }
  }

  private func finding(
    _ problem: PipelineProblem, _ run: WorkflowRun?, _ more: [String: String] = [:], detail: String = "",
    since: Timestamp? = nil
  ) -> Observation.Finding {
    var values = ["workflow": workflow, "repository": repository, "url": page(of: run)]
    if let run { values.merge(["run": "\(run.number)", "id": "\(run.id)"]) { $1 } }
    return Observation.Finding(
      .pipeline(problem), values.merging(more) { $1 }, subject: "workflow \(workflow)", detail: detail,
      since: since)
  }

  private func page(of run: WorkflowRun?) -> String {
    run?.url ?? facts.workflow.url ?? "the Actions page of \(repository)"
  }

  private func disabled(_ state: String) -> StageResult {
    let words =
      switch state {
      case "deleted": "deleted"
      case "disabled_inactivity": "disabled for inactivity"
      case "disabled_fork": "disabled, because the repository is a fork"
      default: "disabled manually"
      }
    let advice =
      state == "deleted"
      ? "restore its file in .github/workflows on the branch, or correct 'workflow' in guard.yaml"
      : "enable it again"
    return StageResult(
      .stopped, "workflow \(workflow) is \(words)", url: facts.workflow.url,
      finding: finding(
        .workflowDisabled, nil, ["state": words, "advice": advice], detail: stillRuns(after: nil)))
  }

  private var neverRan: StageResult {
    guard let since = facts.emptySince, now - since >= CloudRules.emptyTimeLimit else {
      return StageResult(
        .unknown, facts.remark == nil ? "no run of \(workflow) is listed" : "no run is known")
    }
    guard let head = facts.head else {
      return StageResult(.behind, "\(workflow) never ran for this branch")
    }
    let isLate = now - max(head.seenAt, since) >= CloudRules.startTimeLimit
    return StageResult(
      .behind, "\(workflow) never ran for this branch", since: head.seenAt,
      finding: isLate
        ? finding(
          .runMissing, nil, ["commit": head.commit.short], detail: "it never ran for this branch",
          since: head.seenAt) : nil)
  }

  // MARK: - Ended

  private func completed(_ run: WorkflowRun) -> StageResult {
    let conclusion = run.conclusion ?? "unknown"
    let ended = run.updatedAt ?? run.startedAt
    switch conclusion {
    case "success": return succeeded(run)
    case "failure", "timed_out", "startup_failure":
      let job = facts.failedJob.map { ": job \($0.name)\($0.step.map { ", step \($0)" } ?? "")" } ?? ""
      let outcome =
        switch conclusion {
        case "startup_failure": "could not start: the workflow file is broken"
        case "timed_out": "timed out\(job)"
        default: "failed\(job)"
        }
      return StageResult(
        .failed, "run \(run.number) \(outcome)", since: ended, url: run.url,
        finding: finding(
          .runFailed, run, ["outcome": outcome], detail: about(run) + stillRuns(after: run), since: ended))
    case "action_required":
      return StageResult(
        .waiting, "run \(run.number) needs a person's approval", since: ended, url: run.url,
        finding: finding(
          .runStopped, run, ["outcome": "needs a person's approval", "advice": "approve or reject it"],
          detail: about(run) + stillRuns(after: run), since: ended))
    default:
      let outcome = conclusion == "cancelled" ? "was cancelled" : "ended as \(conclusion)"
      return StageResult(
        .stopped, "run \(run.number) \(outcome)", since: ended, url: run.url,
        finding: finding(
          .runStopped, run, ["outcome": outcome, "advice": "start it again if it should deploy"],
          detail: about(run) + stillRuns(after: run), since: ended))
    }
  }

  private func succeeded(_ run: WorkflowRun) -> StageResult {
    let ended = run.updatedAt ?? run.startedAt
    let done = StageResult(.current, "run \(run.number) succeeded", since: ended, url: run.url)
    guard let head = facts.head, run.commit != head.commit else { return done }
    // Whether there is a run for the newest commit is not known then.
    guard facts.remark == nil else {
      return StageResult(.unknown, done.summary, since: ended, url: run.url)
    }
    guard let distance = facts.distance else {
      return StageResult(
        .unknown, "run \(run.number) succeeded; how far it is behind is not known", since: ended, url: run.url
      )
    }
    if distance.isDiverged {
      return StageResult(
        .diverged, "run \(run.number) deployed a commit that is not on the branch any more", since: ended,
        url: run.url)
    }
    guard distance.behind > 0 else { return done }
    let isLate = now - head.seenAt >= CloudRules.startTimeLimit
    return StageResult(
      .behind, "run \(run.number) succeeded; no run for \(head.commit.short) yet", since: head.seenAt,
      url: run.url,
      finding: isLate
        ? finding(
          .runMissing, run, ["commit": head.commit.short],
          detail: "\(distance.words); the newest run is \(run.number)", since: head.seenAt) : nil)
  }

  // MARK: - Not ended

  private func running(_ run: WorkflowRun) -> StageResult {
    let age = run.startedAt.map { now - $0 } ?? .zero
    let durations = facts.runs.filter(\.isSuccess).prefix(10).compactMap(\.duration)
    let isSlow = age > Duration.timeLimit(Array(durations))
    return StageResult(
      .running, "run \(run.number) is running", since: run.startedAt, url: run.url,
      finding: isSlow
        ? finding(
          .runSlow, run, ["age": age.humanDuration], detail: about(run) + stillRuns(after: run),
          since: run.startedAt) : nil)
  }

  private func queued(_ run: WorkflowRun) -> StageResult {
    let since = facts.statusSince ?? run.updatedAt ?? run.startedAt
    let age = since.map { now - $0 } ?? .zero
    let isGroup = run.status == "pending"
    let words = isGroup ? "waits for another run" : "has no runner"
    return StageResult(
      .waiting, "run \(run.number) \(words)", since: since, url: run.url,
      finding: age > CloudRules.queueTimeLimit
        ? finding(
          .runQueued, run,
          [
            "state": isGroup ? "has waited for another run" : "has had no runner",
            "age": age.humanDuration,
            "advice": isGroup
              ? "end the run that it waits for, if that one hangs"
              : "look whether its runners are online, and whether minutes are left",
          ], detail: about(run) + stillRuns(after: run), since: since) : nil)
  }

  private func waiting(_ run: WorkflowRun) -> StageResult {
    let since = facts.statusSince ?? run.updatedAt ?? run.startedAt
    let age = since.map { now - $0 } ?? .zero
    let names = facts.approvals.map(\.environment)
    let environment = names.isEmpty ? "an environment" : names.joined(separator: ", ")
    let timers = facts.approvals.map(\.waitMinutes).max() ?? 0
    return StageResult(
      .waiting, "run \(run.number) waits for approval of \(environment)", since: since, url: run.url,
      finding: age > CloudRules.approvalTimeLimit + .seconds(min(timers, 43_200) * 60)
        ? finding(
          .runWaiting, run, ["environment": environment, "age": age.humanDuration],
          detail: about(run) + stillRuns(after: run), since: since) : nil)
  }

  // MARK: - Words

  private func about(_ run: WorkflowRun) -> String {
    let attempt = run.attempt > 1 ? ", attempt \(run.attempt)" : ""
    return "commit \(run.commit?.short ?? "unknown")\(attempt)\(run.url.map { ", \($0)" } ?? "")"
  }

  private func stillRuns(after run: WorkflowRun?) -> String {
    let separator = run == nil ? "" : "; "
    guard let success = lastSuccess else { return "\(separator)no successful run is known" }
    return
      "\(separator)run \(success.number) of \(success.commit?.short ?? "an unknown commit") is still in place"
  }
}
