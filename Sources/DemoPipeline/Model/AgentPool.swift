/// The agents that run the stack's deployments.
struct AgentPool: Sendable {
  static let name = "oceanid-cluster"
  static let id = Digest.uuid("agent pool")

  /// When the last agent asked for work for the last time; nil while one asks each minute.
  var offlineSince: PipelineTime?
  /// True if no pool is listed: it disappears seven days after the last agent.
  var isGone = false
}
