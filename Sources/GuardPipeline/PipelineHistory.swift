package import Pipeline

/// The facts that a poller needs after a restart of the guard: a list of runs that ends below the highest number is
/// stale, and a commit is not new because the guard is.
package struct PipelineHistory: Hashable, Sendable {
  package let repository: String?
  package let branch: String
  package let workflow: String?
  /// The highest number of a run that was listed; 0 for none.
  package var highestRun: Int64
  /// The newest commits and their first sightings, by branch.
  package var heads: [String: Head]

  package init(
    repository: String?, branch: String, workflow: String?, highestRun: Int64 = 0, heads: [String: Head] = [:]
  ) {
    self.repository = repository
    self.branch = branch
    self.workflow = workflow
    self.highestRun = highestRun
    self.heads = heads
  }

  /// True if both are about the same repository, branch and workflow.
  func isAbout(_ other: PipelineHistory) -> Bool {
    repository == other.repository && branch == other.branch && workflow == other.workflow
  }
}
