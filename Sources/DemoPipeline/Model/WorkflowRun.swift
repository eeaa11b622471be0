/// A run of the deployment workflow.
struct WorkflowRun: Sendable {
  /// The values of GitHub's `status`.
  enum Status: String, Sendable {
    case requested, queued, pending, waiting
    case inProgress = "in_progress"
    case completed
  }

  /// The values of GitHub's `conclusion`.
  enum Conclusion: String, CaseIterable, Sendable {
    case success, failure, cancelled, skipped, neutral, stale
    case timedOut = "timed_out"
    case actionRequired = "action_required"
    case startupFailure = "startup_failure"
  }

  let number: Int
  let sha: String
  let branch: String
  /// `push`, `pull_request`, `schedule`, `workflow_dispatch`
  let event: String
  let actor: String
  let title: String
  let created: PipelineTime
  var attempt = 1
  /// When the current attempt began.
  var started: PipelineTime
  var updated: PipelineTime
  var status: Status
  /// nil until it is completed.
  var conclusion: Conclusion?
  /// The job and the step that did not succeed.
  var failedJob = "deploy"
  var failedStep = "pulumi up"
  /// The environment that a person has to approve.
  var environment: String?
  /// True if it stays in its state until a command changes it.
  var isHeld = false

  init(number: Int, commit: Commit, event: String = "push", branch: String, created: PipelineTime) {
    self.number = number
    sha = commit.sha
    self.branch = branch
    self.event = event
    actor = commit.author
    title = commit.message
    self.created = created
    started = created
    updated = created
    status = .queued
  }

  var id: Int { 9_000_000_000 + number }

  /// A completed run that took `seconds`.
  func succeeded(after seconds: Int) -> WorkflowRun {
    var run = self
    run.end(.success, at: started.advanced(seconds: seconds))
    return run
  }

  mutating func end(_ conclusion: Conclusion, at now: PipelineTime) {
    (status, self.conclusion, updated, isHeld) = (.completed, conclusion, now, false)
  }

  /// Stays in this state, which it has had since `since`.
  mutating func hold(_ status: Status, since: PipelineTime) {
    (self.status, conclusion, started, updated, isHeld) = (status, nil, since, since, true)
  }
}
