package import DemoCluster

/// A change to the demo's pipeline or to its APIs. `DemoPipeline.apply` accepts one, and so does a line on the standard
/// input of `demo-cluster` (`PipelineFault(line:)`).
package enum PipelineFault: Hashable, Sendable {
  // The branch
  /// A person pushes a commit that changes these paths. `cloud/` is a file in that folder.
  case push([String])
  /// Image automation pushes a commit that changes these paths.
  case automationPush([String])
  /// A person pushes a change of the cloud stack this many minutes ago, and no run starts.
  case notStarted(minutes: Int)
  /// The newest commit is replaced. With `forgets`, the server no longer knows the old one.
  case forcePush(forgets: Bool)
  /// The image policy selects another tag; the file follows if `isWritten`.
  case imageTag(policy: String, tag: String, isWritten: Bool)
  /// A commit spoils the marker of a policy, with a word of `Markers.Mistake`; or repairs it: `good`.
  case marker(String, policy: String)

  // GitHub Actions
  /// The workflow's `state`: `active`, `deleted`, `disabled_fork`, `disabled_inactivity`, `disabled_manually`.
  case workflow(String)
  /// The newest run ends with this conclusion.
  case runEnded(String, step: String)
  /// The newest run has been in this status for this many minutes: `queued`, `requested`, `pending`, `in_progress`.
  case runHeld(String, minutes: Int)
  case runWaiting(environment: String, minutes: Int)
  /// The newest run starts again: the same number, another attempt.
  case runAgain
  /// A run for a pull request from another branch.
  case pullRequest
  /// The list of runs ends below the newest one.
  case listStale
  case listUnsorted
  case listFresh

  // Pulumi Deployments
  case deploymentFailed(step: String)
  /// The newest deployment has been in this status for this many minutes: `not-started`, `accepted`, `running`.
  case deploymentHeld(String, minutes: Int)
  case deploymentSucceeded
  case deploymentSkipped
  /// A preview and a detection of drift, which change nothing.
  case preview
  case poolOffline(minutes: Int)
  case poolOnline
  case poolGone
  case poolsForbidden
  case paused(by: String)
  case organizationPaused
  case resumed
  case drift
  case driftRemedied
  /// `pulumi up` was run without a deployment.
  case appliedByHand(isDirty: Bool)

  // Access
  case tokenRefused(DemoAPI)
  case tokenAccepted(DemoAPI)
  /// Only this token is accepted from now on.
  case tokenReplaced(DemoAPI, String)
  /// GitHub reports that the token expires in this many hours; nil: never.
  case tokenExpires(hours: Int?)
  case ssoRequired
  /// The token lacks `actions` or `contents`.
  case permissionMissing(String)
  case repositoryHidden
  /// GitHub redirects to the repository's new name; with an origin, to another server.
  case renamed(origin: String?)
  case rateLimited(DemoAPI, seconds: Int)
  /// GitHub's secondary limit: seconds for `Retry-After`, 0 without it.
  case secondaryLimit(seconds: Int)
  /// Reverts the faults of access.
  case accessGranted

  /// All answers of the API whose path contains the text are faulty, until `apiAnswersRight`.
  case apiAnswersWrong(DemoAPI, ResponseFault, on: String)
  case apiAnswersRight
  /// Reverts everything. The branch keeps its commits, and all stages get the newest one.
  case healed
}
