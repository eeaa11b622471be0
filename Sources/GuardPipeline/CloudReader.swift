internal import Health
internal import Pipeline
internal import PipelineSources

/// Reads the state of the workflow, with a history of what a later answer must not contradict.
struct CloudReader {
  private struct Status: Hashable {
    let run: Int64
    let attempt: Int64
    let status: String
  }

  private let workflow: String
  private let branch: String
  private var history: RunHistory
  private var status: Status?
  private var statusSince: Timestamp?
  private var emptySince: Timestamp?
  private var failedJob: (run: Int64, attempt: Int64, job: FailedJob?)?

  /// The highest number of a run that was listed, also before a restart of the guard; 0 for none.
  var highest: Int64 { history.highest }

  /// - Parameter highest: the highest number of a run that was ever listed; 0 for none.
  init(workflow: String, branch: String, highest: Int64 = 0) {
    self.workflow = workflow
    self.branch = branch
    history = RunHistory(highest: highest)
  }

  /// - Returns: the facts, and why some details of a run are missing.
  /// - Throws: `SourceFailure` if the workflow or its runs can't be read.
  mutating func read(
    _ client: GitHubClient, head: Head?, at now: Timestamp
  ) throws(SourceFailure) -> (facts: CloudFacts, gaps: [SourceFailure]) {
    let workflow = try client.workflow(workflow)
    let branch = branch
    let listed = try client.runs(of: self.workflow) { runs in
      runs.contains { $0.deploys(branch) && $0.isSuccess }
    }
    // Runs that began while the pages were read may be on two of them.
    let isWhole = listed.count <= GitHubClient.runsPerPage * (GitHubClient.maxPages - 1)
    let remark = try history.record(listed, isWhole: isWhole, branch: branch, at: now) {
      id throws(SourceFailure) in try client.run(id)
    }
    let runs = history.runs
    emptySince = runs.isEmpty && isWhole && workflow.state == "active" ? emptySince ?? now : nil
    let run = runs.first
    recordStatus(of: run, at: now)
    var gaps: [SourceFailure] = []
    let failedJob = job(of: run, client, &gaps)
    var approvals: [PendingApproval]?
    if let run, run.status == "waiting" {
      approvals = detail(&gaps) { () throws(SourceFailure) in try client.approvals(of: run.id) }
    }
    return (
      CloudFacts(
        workflow: workflow, runs: runs, failedJob: failedJob, approvals: approvals ?? [], head: head,
        statusSince: statusSince, emptySince: emptySince, remark: remark), gaps
    )
  }

  /// GitHub's `updated_at` moves for other reasons too, so it counts when a status is first seen.
  private mutating func recordStatus(of run: WorkflowRun?, at now: Timestamp) {
    let next = run.map { Status(run: $0.id, attempt: $0.attempt, status: $0.status) }
    guard next != status else { return }
    status = next
    statusSince = run.map { min($0.updatedAt ?? $0.startedAt ?? now, now) }
  }

  private mutating func job(
    of run: WorkflowRun?, _ client: GitHubClient, _ gaps: inout [SourceFailure]
  ) -> FailedJob? {
    guard let run, run.status == "completed", ["failure", "timed_out"].contains(run.conclusion ?? "") else {
      return nil
    }
    if let failedJob, failedJob.run == run.id, failedJob.attempt == run.attempt { return failedJob.job }
    let outcome = detail(&gaps) { () throws(SourceFailure) in try client.failedJob(of: run.id) }
    guard let outcome else { return nil }
    failedJob = (run.id, run.attempt, outcome)
    return outcome
  }
}

/// A detail that is not known hides no verdict; the reason is shown with its source.
func detail<Value>(
  _ gaps: inout [SourceFailure], _ ask: () throws(SourceFailure) -> Value
) -> Value? {
  do throws(SourceFailure) {
    return try ask()
  } catch {
    gaps.append(error)
    return nil
  }
}
