internal import GuardTypes
internal import Health

/// The stages in the cluster: sources and Kustomizations of Flux, stacks of the Pulumi operator.
struct FluxStages {
  private let view: ClusterView
  private let knowledge: PipelineKnowledge
  private let plan: PipelinePlan
  private let cluster: String
  private let problems: [Problem]
  private let authors: [ImageUpdateAutomation.Author]

  init(
    _ view: ClusterView, knowledge: PipelineKnowledge, plan: PipelinePlan, cluster: String,
    problems: [Problem], authors: [ImageUpdateAutomation.Author]
  ) {
    self.view = view
    self.knowledge = knowledge
    self.plan = plan
    self.cluster = cluster
    self.problems = problems
    self.authors = authors
  }

  var sources: [Stage] {
    if let expected { return [expected] }
    return view.sources.map { stage(.source, "source", $0, filter: plan.fluxFilter) }
  }

  /// The configured source while Flux was not read since the start. Without it, a commit would seem to be everywhere as
  /// soon as the other stages have it.
  private var expected: Stage? {
    guard plan.isFluxExpected, view.sources.isEmpty, view.gitRepositories == nil else { return nil }
    var stage = Stage(
      id: plan.source.map { "source/\($0.namespace)/\($0.name)" } ?? "source", kind: .source, state: .unknown,
      verdict: .unknown, filter: plan.fluxFilter,
      summary: view.isFresh ? "Flux can't be seen" : "the cluster can't be seen")
    stage.isUnseen = true
    return stage
  }

  var kustomizations: [Stage] {
    view.kustomizations.map {
      stage(.kustomization, "kustomization", $0, filter: filter(of: $0.judged.value))
    }
  }

  /// The stacks of the Pulumi operator, if Pulumi Cloud is not asked.
  var stacks: [Stage] {
    view.stacks.compactMap { judged in
      let stack = judged.value
      guard let commit = stack.lastSuccessfulCommit.flatMap({ CommitID($0) }) else { return nil }
      let name = "\(stack.resource.namespace)/\(stack.resource.name)"
      let problem = problem(of: "stack/\(name)/")
      let state: StageState =
        problem.map { $0.severity == .critical || stack.lastUpdateState == "failed" } ?? false
        ? .failed : stack.isUpdating ? .running : .current
      return finished(
        Stage(
          id: view.stacks.count == 1 ? "cluster" : "stack/\(name)", kind: .pulumi, state: state,
          commit: commit, summary: "stack \(name)", since: stack.lastUpdateTime, problem: problem?.id),
        branch: plan.branch, problem, isRead: !judged.isLastKnown)
    }
  }

  /// The configured files, or the folder of the Kustomization.
  private func filter(of object: FluxObject) -> PathFilter {
    guard plan.fluxFilter.isEmpty, var path = object.path?[...] else { return plan.fluxFilter }
    while path.hasPrefix("./") { path = path.dropFirst(2) }
    while path.hasPrefix("/") { path = path.dropFirst() }
    while path.hasSuffix("/") { path = path.dropLast() }
    guard !path.isEmpty, path != ".", let pattern = PathPattern(folder: String(path)) else {
      return plan.fluxFilter
    }
    return PathFilter([pattern])
  }

  private func problem(of path: String) -> Problem? {
    let own = problems.filter { $0.id.hasPrefix("\(cluster)/\(path)") }
    return own.first { $0.severity == .critical } ?? own.first
  }

  private func stage(
    _ kind: Stage.Kind, _ word: String, _ object: ClusterView.Object, filter: PathFilter
  ) -> Stage {
    let resource = object.judged.value.resource
    let name = "\(resource.namespace)/\(resource.name)"
    let problem = problem(of: "flux/\(resource.kind.lowercased())/\(name)/")
    let state: StageState =
      object.judged.value.isSuspended
      ? .stopped
      : object.judged.verdict == .critical || object.judged.status == .failed
        ? .failed : object.judged.status == .inProgress ? .running : .current
    let words =
      switch state {
      case .stopped: "suspended"
      case .failed: problem?.title ?? "failing (\(object.judged.reason))"
      case .running: "reconciling"
      default: object.pinned.map { "follows \($0)" } ?? "ready"
      }
    let stage = Stage(
      id: "\(word)/\(name)", kind: kind, state: state, commit: object.commit, filter: filter, summary: words,
      since: object.judged.since, problem: problem?.id)
    return finished(stage, branch: object.branch, problem, isRead: !object.judged.isLastKnown)
  }

  /// Adds the distance from the head, and what follows from it.
  ///
  /// - Parameter isRead: false if the object is known from an earlier poll only, because its kind cannot be listed.
  private func finished(_ stage: Stage, branch: String?, _ problem: Problem?, isRead: Bool) -> Stage {
    var stage = stage
    let head = branch.flatMap { knowledge.heads[$0] }
    stage.distance = stage.commit.flatMap { commit in
      head?.value.flatMap {
        knowledge.distance(from: commit, to: $0.commit, filter: stage.filter, authors: authors)
      }
    }
    stage.verdict =
      problem.map { $0.severity == .critical ? .critical : .degraded } ?? .healthy
    guard view.isFresh, isRead else {
      stage.state = .unknown
      stage.verdict = .unknown
      stage.isUnseen = true
      let reason = view.isFresh ? "it can't be read" : "the cluster can't be seen"
      stage.summary = "\(reason); last seen: \(stage.summary)"
      return stage
    }
    if [.current, .running].contains(stage.state) { place(&stage, branch: branch, head) }
    if let words = stage.distance?.words, !words.isEmpty { stage.summary += ", \(words)" }
    return stage
  }

  private func place(_ stage: inout Stage, branch: String?, _ head: Reading<Head>?) {
    guard let commit = stage.commit else {
      if stage.state == .current {
        stage.state = .unknown
        stage.summary += ", what it runs is not known"
      }
      return
    }
    // A tag or a commit is not followed by a branch.
    guard branch != nil else { return }
    if let failure = head?.failure {
      (stage.state, stage.verdict) = (.unknown, problemVerdict(stage))
      stage.summary += "; \(failure.message)"
      return
    }
    guard let newest = head?.value?.commit else {
      guard stage.state == .current else { return }
      (stage.state, stage.verdict) = (.unknown, problemVerdict(stage))
      stage.summary += plan.isGitHubAsked ? "; the newest commit is not known yet" : "; GitHub is not asked"
      return
    }
    guard let distance = stage.distance else {
      if commit != newest, stage.state == .current { stage.state = .behind }
      return
    }
    if distance.isDiverged {
      stage.state = .diverged
    } else if distance.behind == 0 {
      stage.state = .current
    } else if stage.state == .current {
      stage.state = .behind
    }
  }

  /// A stage whose distance is not known is unknown, unless the cluster itself knows more of it.
  private func problemVerdict(_ stage: Stage) -> Verdict { stage.problem == nil ? .unknown : stage.verdict }
}
