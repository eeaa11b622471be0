internal import Health
internal import Pipeline
internal import PipelineSources

/// Reads the state of the workflow, and remembers what a later answer must not contradict.
struct CloudReader {
  private struct Status: Hashable {
    let run: Int64
    let attempt: Int64
    let status: String
  }

  private let workflow: String
  private let branch: String
  /// The highest number of a run that was listed. A list that ends below it is stale.
  private var highest: Int64 = 0
  private var status: Status?
  private var statusSince: Timestamp?
  private var emptySince: Timestamp?
  private var failedJob: (run: Int64, attempt: Int64, job: FailedJob?)?
  private var last: [WorkflowRun] = []

  init(workflow: String, branch: String) {
    self.workflow = workflow
    self.branch = branch
  }

  /// - Throws: `SourceFailure` if the workflow or its runs can't be read. Details of a run may be missing.
  mutating func read(
    _ client: GitHubClient, head: Head?, at now: Timestamp
  ) throws(SourceFailure) -> CloudFacts {
    let workflow = try client.workflow(workflow)
    let branch = branch
    let listed = try client.runs(of: self.workflow) { runs in
      runs.contains { $0.deploys(branch) && $0.isSuccess }
    }
    let newest = listed.map(\.number).max() ?? 0
    if newest >= highest {
      highest = newest
      last = listed.filter { $0.deploys(branch) }.sorted { $0.number > $1.number }
    }
    emptySince = last.isEmpty && workflow.state == "active" ? emptySince ?? now : nil
    let run = last.first
    follow(run, at: now)
    return CloudFacts(
      workflow: workflow, runs: last, failedJob: job(of: run, client),
      approvals: run?.status == "waiting"
        ? optional { () throws(SourceFailure) in
          try client.approvals(of: run?.id ?? 0)
        } ?? [] : [], head: head, statusSince: statusSince,
      emptySince: emptySince)
  }

  /// GitHub's `updated_at` moves for other reasons too, so it counts when a status is first seen.
  private mutating func follow(_ run: WorkflowRun?, at now: Timestamp) {
    let next = run.map { Status(run: $0.id, attempt: $0.attempt, status: $0.status) }
    guard next != status else { return }
    status = next
    statusSince = run.map { min($0.updatedAt ?? $0.startedAt ?? now, now) }
  }

  private mutating func job(of run: WorkflowRun?, _ client: GitHubClient) -> FailedJob? {
    guard let run, run.status == "completed", ["failure", "timed_out"].contains(run.conclusion ?? "") else {
      return nil
    }
    if let failedJob, failedJob.run == run.id, failedJob.attempt == run.attempt { return failedJob.job }
    let outcome = optional { () throws(SourceFailure) in try client.failedJob(of: run.id) }
    guard let outcome else { return nil }
    failedJob = (run.id, run.attempt, outcome)
    return outcome
  }

  /// A detail that is not known hides no verdict.
  private func optional<Value>(_ ask: () throws(SourceFailure) -> Value) -> Value? {
    do throws(SourceFailure) { return try ask() } catch { return nil }
  }
}
