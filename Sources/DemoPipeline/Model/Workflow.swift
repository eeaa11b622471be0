/// The state of the deployment workflow and its runs.
struct Workflow: Sendable {
  static let file = "deploy.yaml"
  static let id = 4_711_001
  /// The paths of the workflow's filter, as the beginnings of file names.
  static let paths = ["cloud/"]

  /// The values of GitHub's `state`.
  enum State: String, CaseIterable, Sendable {
    case active, deleted
    case disabledFork = "disabled_fork"
    case disabledInactivity = "disabled_inactivity"
    case disabledManually = "disabled_manually"
  }

  var state = State.active
  /// The newest last.
  var runs: [WorkflowRun] = []
  /// The runs that filters find: GitHub answers a filtered list from a search index, which can be days old.
  var indexed: [WorkflowRun] = []
  /// The last run of an old copy that even the unfiltered list comes from; nil for all.
  var listEnd: Int?
  /// True if the list has no order.
  var isUnsorted = false

  var listed: [WorkflowRun] {
    let runs = listEnd.map { end in self.runs.filter { $0.number <= end } } ?? self.runs
    var listed = Array(runs.reversed())
    guard isUnsorted, listed.count > 1 else { return listed }
    // The newest one stays among those that a client reads first.
    let newest = listed.removeFirst()
    listed.insert(newest, at: min(9, listed.count))
    return listed
  }

  /// The newest run of the branch.
  mutating func changeNewest(_ body: (inout WorkflowRun) -> Void) {
    guard
      let index = runs.lastIndex(where: { $0.branch == Repository.branch && $0.event != "pull_request" })
    else { return }
    body(&runs[index])
  }

  mutating func start(_ commit: Commit, event: String = "push", branch: String, at now: PipelineTime) {
    runs.append(
      WorkflowRun(
        number: (runs.last?.number ?? 0) + 1, commit: commit, event: event, branch: branch, created: now))
  }
}
