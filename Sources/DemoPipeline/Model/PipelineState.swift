/// The one model from which both APIs answer: what was pushed, and what became of it.
struct PipelineState: Sendable {
  static let repositoryName = "oceanid/cluster"
  /// The name after it was renamed.
  static let newName = "oceanid/platform"
  static let repositoryID = 1_296_269

  let pace: Pace
  var repository: Repository
  var workflow = Workflow()
  var stack = Stack()
  var gitHub: Access
  var gitHubAccess = GitHubAccess()
  var pulumi: Access
  var images: [Markers.Image]
  var mistakes: [String: Markers.Mistake] = [:]
  /// True if a push starts no run.
  var isWorkflowSilent = false

  /// A pipeline in which every stage runs the newest commit.
  ///
  /// - Parameters:
  ///   - head: the name of the newest commit; nil for any.
  ///   - previous: the name of its parent; nil for any.
  static func settled(
    at now: PipelineTime, head: String?, previous: String?, images: [Markers.Image], pace: Pace,
    gitHubToken: String, pulumiToken: String
  ) -> PipelineState {
    let start = now.advanced(seconds: -7 * 86_400)
    let files = [
      ".github/workflows/\(Workflow.file)": "on: { push: { branches: [main], paths: ['cloud/**'] } }\n",
      "cloud/index.ts": "// The cloud stack.\n", "cluster/Pulumi.yaml": "name: \(Stack.project)\n",
      "apps/cloudflared.yaml": "# The tunnel of Cloudflare.\n",
      "infrastructure/cert-manager.yaml": "# Certificates.\n",
      Markers.path: Markers.manifest(images, [:]),
    ]
    let first = Commit(
      sha: Digest.sha("oceanid 0"), parent: nil, message: "Start", author: "ada", date: start,
      touched: files.keys.sorted(), files: files)
    var state = PipelineState(
      pace: pace, repository: Repository(first: first), gitHub: Access(token: gitHubToken),
      pulumi: Access(token: pulumiToken), images: images)
    // Earlier deployments, from which a client learns how long they usually take.
    for day in 1...3 {
      let at = start.advanced(seconds: day * 86_400)
      let commit = state.repository.commit(
        ["cloud/index.ts": "// Version \(day).\n", "cluster/Pulumi.yaml": "name: version \(day)\n"],
        message: "Version \(day)", author: "ada", at: at)
      state.settle(commit, at: at)
    }
    let before = now.advanced(seconds: -7200)
    state.repository.commit(
      ["apps/cloudflared.yaml": "# One replica.\n"], message: "One replica", author: "ada", at: before,
      sha: previous)
    let last = now.advanced(seconds: -3600)
    let commit = state.repository.commit(
      ["cloud/index.ts": "// Version 4.\n", "cluster/Pulumi.yaml": "name: version 4\n"],
      message: "Version 4",
      author: "ada", at: last, sha: head)
    state.settle(commit, at: last)
    state.workflow.start(commit, event: "pull_request", branch: "topic", at: last)
    if let index = state.workflow.runs.indices.last {
      state.workflow.runs[index].end(.failure, at: last.advanced(seconds: 30))
    }
    state.workflow.indexed = state.workflow.runs.dropLast(2)
    return state
  }

  /// Both workflows deployed the commit at once.
  private mutating func settle(_ commit: Commit, at pushed: PipelineTime) {
    workflow.start(commit, branch: Repository.branch, at: pushed)
    workflow.changeNewest { $0 = $0.succeeded(after: 240) }
    stack.deploy(commit.sha, by: commit.author, at: pushed)
    let end = pushed.advanced(seconds: 180)
    let version = stack.update(commit.sha, from: pushed.advanced(seconds: 60), to: end)
    stack.changeNewest { deployment in
      deployment.enter(.running, at: pushed.advanced(seconds: 30))
      deployment.enter(.succeeded, at: end)
      deployment.update = version
    }
  }

  /// Pushes a commit, and starts what its paths concern.
  @discardableResult
  mutating func push(
    _ files: [String: String], message: String, author: String, at now: PipelineTime, sha: String? = nil
  ) -> Commit {
    let commit = repository.commit(files, message: message, author: author, at: now, sha: sha)
    deploy(commit, at: now)
    return commit
  }

  /// Starts what the commit's paths concern.
  mutating func deploy(_ commit: Commit, at now: PipelineTime) {
    func touches(_ paths: [String]) -> Bool {
      commit.touched.contains { file in paths.contains { file.hasPrefix($0) } }
    }
    if touches(Workflow.paths), workflow.state == .active, !isWorkflowSilent {
      workflow.start(commit, branch: Repository.branch, at: now)
    }
    if touches(Stack.paths) { stack.deploy(commit.sha, by: commit.author, at: now) }
  }

  /// Moves everything that no fault holds to its state at `now`.
  mutating func advance(to now: PipelineTime) {
    for index in workflow.runs.indices { advanceRun(index, to: now) }
    for index in stack.deployments.indices where stack.deployments[index].isOpen {
      advanceDeployment(index, to: now)
      // One deployment of a stack at a time, in order.
      if stack.deployments[index].isOpen { break }
    }
  }

  private mutating func advanceRun(_ index: Int, to now: PipelineTime) {
    var run = workflow.runs[index]
    guard !run.isHeld else { return }
    let start = run.created.advanced(by: pace.queue)
    if run.status == .queued, now >= start {
      (run.status, run.started, run.updated) = (.inProgress, start, start)
    }
    let end = run.started.advanced(by: pace.work)
    if run.status == .inProgress, now >= end { run.end(.success, at: end) }
    workflow.runs[index] = run
  }

  private mutating func advanceDeployment(_ index: Int, to now: PipelineTime) {
    var deployment = stack.deployments[index]
    defer { stack.deployments[index] = deployment }
    guard !deployment.isHeld else { return }
    let isStopped = stack.pausedBy != nil || stack.isOrganizationPaused || stack.pool.offlineSince != nil
    if deployment.status == .notStarted {
      guard !isStopped, now >= deployment.created.advanced(by: pace.queue) else { return }
      deployment.enter(.accepted, at: now)
    }
    if deployment.status == .accepted {
      let start = deployment.modified.advanced(by: pace.queue)
      guard now >= start else { return }
      deployment.enter(.running, at: start)
    }
    let started = deployment.started ?? deployment.modified
    let end = started.advanced(by: pace.work)
    guard deployment.status == .running, now >= end else { return }
    deployment.enter(.succeeded, at: end)
    if !["preview", "detect-drift"].contains(deployment.operation) {
      deployment.update = stack.update(deployment.sha, from: started, to: end)
    }
  }
}
