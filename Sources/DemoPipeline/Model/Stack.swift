/// The stack of the cluster in Pulumi Cloud.
struct Stack: Sendable {
  static let organization = "oceanid"
  static let project = "oceanid-cluster"
  static let name = "prod"
  /// The paths of the deployment settings' filter, as the beginnings of file names.
  static let paths = ["cluster/"]

  /// The newest last.
  var deployments: [Deployment] = []
  /// The newest last.
  var updates: [StackUpdate] = []
  var pool = AgentPool()
  /// The login that paused the deployments of the stack.
  var pausedBy: String?
  var isOrganizationPaused = false
  var hasDrifted = false
  /// True if the token may not list agent pools.
  var arePoolsForbidden = false

  mutating func deploy(
    _ sha: String, operation: String = "update", by login: String, at now: PipelineTime
  ) {
    deployments.append(
      Deployment(
        version: (deployments.last?.version ?? 0) + 1, sha: sha, operation: operation, by: login,
        created: now))
  }

  /// The newest deployment that changes the stack.
  mutating func changeNewest(_ body: (inout Deployment) -> Void) {
    guard
      let index = deployments.lastIndex(where: {
        !["preview", "detect-drift"].contains($0.operation)
      })
    else { return }
    body(&deployments[index])
  }

  mutating func update(
    _ sha: String, succeeded: Bool = true, isDirty: Bool = false, from started: PipelineTime,
    to ended: PipelineTime
  ) -> Int {
    let version = (updates.last?.version ?? 0) + 1
    updates.append(
      StackUpdate(
        version: version, sha: sha, isDirty: isDirty, hasSucceeded: succeeded, started: started, ended: ended)
    )
    return version
  }
}
