/// The state of the newest commit in a stage of the pipeline.
package enum StageState: String, Codable, Sendable, CaseIterable {
  /// It runs the newest commit, or no later commit touches its paths.
  case current
  /// A later commit touches its paths, and nothing has started yet.
  case behind
  /// It is being deployed now.
  case running
  /// A person has to approve, or it waits for a runner or another deployment.
  case waiting
  /// The last deployment failed.
  case failed
  /// Nothing will deploy until a person acts: disabled, paused, suspended.
  case stopped
  /// It runs a commit that is no longer on the branch.
  case diverged
  case unknown
}
