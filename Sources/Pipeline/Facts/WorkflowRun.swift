package import Health

/// A run of a workflow of GitHub Actions. Statuses are open strings, because GitHub may add some.
package struct WorkflowRun: Hashable, Sendable {
  package let id: Int64
  package let number: Int64
  /// A new attempt has the same id and number.
  package let attempt: Int64
  package let event: String
  package let branch: String?
  package let commit: CommitID?
  /// `requested`, `queued`, `pending`, `waiting`, `in_progress`, `completed`
  package let status: String
  /// nil until it is completed.
  package let conclusion: String?
  package let createdAt: Timestamp?
  /// The start of the attempt.
  package let startedAt: Timestamp?
  package let updatedAt: Timestamp?
  /// Its page.
  package let url: String?

  package init(
    id: Int64, number: Int64, attempt: Int64 = 1, event: String = "push", branch: String? = nil,
    commit: CommitID? = nil, status: String, conclusion: String? = nil, createdAt: Timestamp? = nil,
    startedAt: Timestamp? = nil, updatedAt: Timestamp? = nil, url: String? = nil
  ) {
    self.id = id
    self.number = number
    self.attempt = attempt
    self.event = event
    self.branch = branch
    self.commit = commit
    self.status = status
    self.conclusion = conclusion
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.updatedAt = updatedAt
    self.url = url
  }

  /// True if it deployed its commit.
  package var isSuccess: Bool { status == "completed" && conclusion == "success" }

  /// True if it deploys the branch: pull requests and other branches do not.
  package func deploys(_ branch: String) -> Bool {
    self.branch == branch && ["push", "workflow_dispatch", "schedule"].contains(event)
  }

  /// How long a completed attempt took.
  package var duration: Duration? {
    guard status == "completed", let startedAt, let updatedAt, updatedAt >= startedAt else { return nil }
    return updatedAt - startedAt
  }
}

/// A workflow of GitHub Actions.
package struct Workflow: Hashable, Sendable {
  /// `active`, `deleted`, `disabled_fork`, `disabled_inactivity`, `disabled_manually`
  package let state: String
  package let url: String?

  package init(state: String, url: String? = nil) {
    self.state = state
    self.url = url
  }
}

/// The job of a run that failed, and its first failed step.
package struct FailedJob: Hashable, Sendable {
  package let name: String
  package let step: String?

  package init(name: String, step: String? = nil) {
    self.name = name
    self.step = step
  }
}

/// An environment that a run waits for.
package struct PendingApproval: Hashable, Sendable {
  package let environment: String
  /// The time in minutes that it waits in any case; 0 if a person must approve.
  package let waitMinutes: Int64

  package init(environment: String, waitMinutes: Int64 = 0) {
    self.environment = environment
    self.waitMinutes = waitMinutes
  }
}
