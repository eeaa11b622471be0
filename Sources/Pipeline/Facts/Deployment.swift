package import Health

/// A deployment of Pulumi Deployments. Statuses are open strings.
package struct Deployment: Hashable, Sendable {
  package let version: Int64
  /// `not-started`, `accepted`, `running`, `succeeded`, `failed`, `skipped`
  package let status: String
  /// `update`, `preview`, `destroy`, `refresh`, `detect-drift`, `remediate-drift`
  package let operation: String
  package let createdAt: Timestamp?
  package let modifiedAt: Timestamp?
  package let isPaused: Bool
  /// The login of the person or program that requested it.
  package let requestedBy: String?
  package let agentPool: String?
  /// The start of its first job.
  package let startedAt: Timestamp?
  /// The first failed step of its jobs.
  package let failedStep: String?
  /// The updates that it made. Empty if it failed before Pulumi ran.
  package let updates: [StackUpdate]

  package init(
    version: Int64, status: String, operation: String, createdAt: Timestamp? = nil,
    modifiedAt: Timestamp? = nil, isPaused: Bool = false, requestedBy: String? = nil,
    agentPool: String? = nil, startedAt: Timestamp? = nil, failedStep: String? = nil,
    updates: [StackUpdate] = []
  ) {
    self.version = version
    self.status = status
    self.operation = operation
    self.createdAt = createdAt
    self.modifiedAt = modifiedAt
    self.isPaused = isPaused
    self.requestedBy = requestedBy
    self.agentPool = agentPool
    self.startedAt = startedAt
    self.failedStep = failedStep
    self.updates = updates
  }

  /// False for operations that change nothing.
  package var changesTheStack: Bool { !["preview", "detect-drift"].contains(operation) }
}

/// An update of a stack.
package struct StackUpdate: Hashable, Sendable {
  package let version: Int64
  /// `update`, `preview`, `refresh`, `destroy`
  package let kind: String
  /// `not-started`, `in-progress`, `succeeded`, `failed`
  package let result: String
  package let startedAt: Timestamp?
  package let endedAt: Timestamp?
  package let commit: CommitID?
  /// True if the working tree had changes that are in no commit.
  package let isDirty: Bool

  package init(
    version: Int64, kind: String = "update", result: String, startedAt: Timestamp? = nil,
    endedAt: Timestamp? = nil, commit: CommitID? = nil, isDirty: Bool = false
  ) {
    self.version = version
    self.kind = kind
    self.result = result
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.commit = commit
    self.isDirty = isDirty
  }

  /// True if the stack runs its commit.
  package var isApplied: Bool { kind == "update" && result == "succeeded" }
}

/// The facts that stop or concern all deployments of a stack.
package struct DeploymentsState: Hashable, Sendable {
  /// True if deployments of the stack alone are paused.
  package let isStackPaused: Bool
  /// True if deployments of the whole organization are paused.
  package let isOrganizationPaused: Bool
  /// True if the last drift detection found a difference.
  package let hasDrift: Bool

  package init(isStackPaused: Bool = false, isOrganizationPaused: Bool = false, hasDrift: Bool = false) {
    self.isStackPaused = isStackPaused
    self.isOrganizationPaused = isOrganizationPaused
    self.hasDrift = hasDrift
  }
}

/// A pool of agents that run deployments.
package struct AgentPool: Hashable, Sendable {
  package let name: String
  package let isOnline: Bool
  package let lastSeen: Timestamp?
  /// False if Pulumi dropped the pool, which it does seven days after the last agent.
  package let isListed: Bool

  package init(name: String, isOnline: Bool, lastSeen: Timestamp? = nil, isListed: Bool = true) {
    self.isListed = isListed
    self.name = name
    self.isOnline = isOnline
    self.lastSeen = lastSeen
  }
}
