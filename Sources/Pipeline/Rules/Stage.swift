package import GuardTypes
package import Health

/// A stage of the delivery pipeline: the commit that it runs, and its current state.
package struct Stage: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case github, pulumi, source, kustomization
  }

  /// The stable name: `cloud`, `cluster`, `source/flux-system/main`, `kustomization/flux-system/apps`.
  package let id: String
  package let kind: Kind
  /// The state of the newest commit in this stage.
  package var state: StageState
  package var verdict: Verdict
  /// The commit that it runs.
  package var commit: CommitID?
  package var distance: Distance?
  /// The files that it deploys.
  package var filter: PathFilter
  /// Its state in one line.
  package var summary: String
  package var since: Timestamp?
  /// The page of the run or the deployment.
  package var url: String?
  /// The id of the problem that stops it.
  package var problem: String?
  /// True if its values are from an earlier response because the last request failed. What it runs now is unknown then.
  package var isUnseen = false

  package init(
    id: String, kind: Kind, state: StageState, verdict: Verdict = .healthy, commit: CommitID? = nil,
    distance: Distance? = nil, filter: PathFilter = PathFilter(), summary: String = "",
    since: Timestamp? = nil, url: String? = nil, problem: String? = nil
  ) {
    self.id = id
    self.kind = kind
    self.state = state
    self.verdict = verdict
    self.commit = commit
    self.distance = distance
    self.filter = filter
    self.summary = summary
    self.since = since
    self.url = url
    self.problem = problem
  }
}
