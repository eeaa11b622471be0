package import GuardTypes
package import Health

/// The stages of a cluster's pipeline, with their verdicts. Pure: the time is a parameter.
package struct PipelineReport: Hashable, Sendable {
  /// Problems of the pipeline itself, for the judgment of the cluster.
  package let findings: [Observation.Finding]
  /// The subjects of which nothing is known since the start.
  package let unseenSubjects: Set<String>
  private let plan: PipelinePlan
  private let knowledge: PipelineKnowledge
  private let cluster: String
  private let cloud: StageResult?
  private let stack: StageResult?

  /// - Parameter view: what the cluster ran at its last judgment; nil before.
  package init(
    _ knowledge: PipelineKnowledge, plan: PipelinePlan, cluster: String, view: ClusterView?, now: Timestamp
  ) {
    self.plan = plan
    self.knowledge = knowledge
    self.cluster = cluster
    var unseen: Set<String> = []
    var findings: [Observation.Finding] = []
    cloud = plan.cloud.map { cloud in
      PipelineReport.judge(
        knowledge.cloud, subject: "workflow \(cloud.workflow)", now: now, &unseen, &findings
      ) { facts, seenAt in
        CloudRules(
          facts, workflow: cloud.workflow, repository: plan.repository ?? "", now: seenAt ?? now
        ).judgment
      }
    }
    stack = plan.stack.map { stack in
      PipelineReport.judge(knowledge.stack, subject: "stack \(stack.name)", now: now, &unseen, &findings) {
        facts, seenAt in
        StackRules(
          facts, stack: stack.name, pool: stack.pool, isSingleRun: stack.isSingleRun,
          isClusterFaulty: view?.isFaulty ?? true, site: stack.site, now: seenAt ?? now
        ).judgment
      }
    }
    for source in knowledge.sources {
      // A source that refuses the guard is unknown, and the cluster's verdict stays.
      guard let expires = source.tokenExpires, let place = source.tokenPlace else { continue }
      if let finding = TokenRules.finding(
        expires: expires, source: source.name, api: source.api, place: place, now: now)
      {
        findings.append(finding)
      }
    }
    if let view, let finding = PipelineReport.unknownSource(view, plan) { findings.append(finding) }
    // A cluster that does not answer proves neither this problem nor its end.
    if plan.source != nil, view?.gitRepositories == nil { unseen.insert(PipelineReport.sourceSubject) }
    findings += (view?.automations ?? []).compactMap { PipelineReport.lostPush($0, knowledge, plan) }
    self.findings = findings
    unseenSubjects = unseen
  }

  /// Facts that could not be read again for longer are unknown.
  private static let longestAge: Duration = .seconds(6 * 3600)

  /// Judges the last answer. If there is no newer one, the problems stay as they were then, and the stage is unknown.
  private static func judge<Facts>(
    _ reading: Reading<Facts>?, subject: String, now: Timestamp, _ unseen: inout Set<String>,
    _ findings: inout [Observation.Finding], _ rules: (Facts, _ seenAt: Timestamp?) -> StageResult
  ) -> StageResult {
    guard let facts = reading?.value else {
      unseen.insert(subject)
      return StageResult(.unknown, reading?.failure?.message ?? "waiting for the first answer")
    }
    // A state of hours ago proves neither a problem nor its end.
    if let failure = reading?.failure, let seenAt = reading?.seenAt, now - seenAt > PipelineReport.longestAge
    {
      unseen.insert(subject)
      return StageResult(
        .unknown, "\(failure.message); last seen \((now - seenAt).humanDuration) ago", since: seenAt)
    }
    var judgment = rules(facts, reading?.failure == nil ? nil : reading?.seenAt)
    findings += judgment.findings
    if let failure = reading?.failure {
      judgment.summary = "\(failure.message); last seen: \(judgment.summary)"
      judgment.state = .unknown
      judgment.isUnseen = true
    }
    return judgment
  }

  private static let sourceSubject = "pipeline flux.source"

  /// The configured source of Flux does not exist. Without it no stage of Flux is shown.
  private static func unknownSource(_ view: ClusterView, _ plan: PipelinePlan) -> Observation.Finding? {
    guard let source = plan.source, let known = view.gitRepositories, view.sources.isEmpty else { return nil }
    let name = "\(source.namespace)/\(source.name)"
    let nearest = Spelling.nearest(to: name, among: known).map { "did you mean \($0)?" }
    let others = known.isEmpty ? "none" : known.prefix(5).joined(separator: ", ")
    return Observation.Finding(
      .pipeline(.nameUnknown),
      [
        "key": "flux.source", "value": name,
        "advice": nearest ?? "correct 'source' under 'flux' in guard.yaml; the cluster has \(others)",
      ], subject: sourceSubject, detail: "the cluster has no GitRepository \(name)")
  }

  /// A refused push was reported as done by some versions of Flux: then the commit is not on the branch.
  private static func lostPush(
    _ automation: ImageUpdateAutomation, _ knowledge: PipelineKnowledge, _ plan: PipelinePlan
  ) -> Observation.Finding? {
    guard let pushed = automation.pushedCommit, let head = knowledge.heads[plan.branch]?.value?.commit,
      let comparison = knowledge.comparisons[.init(base: pushed, head: head)],
      comparison == nil || comparison?.relation == .diverged
    else { return nil }
    let resource = automation.resource
    return Observation.Finding(
      .pipeline(.pushLost),
      [
        "namespace": resource.namespace, "name": resource.name, "commit": pushed.short, "branch": plan.branch,
      ], subject: "ImageUpdateAutomation \(resource.namespace)/\(resource.name)",
      detail: "the newest commit of \(plan.branch) is \(head.short)", since: automation.lastPushTime)
  }

  // MARK: - Stages

  /// The stages in the order of the workflow.
  ///
  /// - Parameters:
  ///   - view: what the cluster runs; nil before it was seen.
  ///   - problems: of the cluster's report.
  package func stages(_ view: ClusterView?, problems: [Problem]) -> [Stage] {
    let severities = Dictionary(
      problems.map { ($0.id, $0.severity) }, uniquingKeysWith: { first, _ in first })
    let authors = (view?.automations ?? []).compactMap(\.author)
    var stages: [Stage] = []
    if let plan = plan.cloud, let cloud {
      stages.append(stage("cloud", .github, cloud, plan.filter, severities, authors))
    }
    if let plan = plan.stack, let stack {
      stages.append(
        stage("cluster", .pulumi, with(operator: view, stack), plan.filter, severities, authors))
    }
    guard let view else { return stages }
    let flux = FluxStages(
      view, knowledge: knowledge, plan: plan, cluster: cluster, problems: problems, authors: authors)
    return stages + (plan.stack == nil ? flux.stacks : []) + flux.sources + flux.kustomizations
  }

  /// The verdict of the stages: the worst one, and unknown before anything is seen.
  package static func verdict(_ stages: [Stage]) -> Verdict {
    stages.isEmpty ? .unknown : stages.reduce(.healthy) { $0.combined(with: $1.verdict) }
  }

  /// A stack without a known commit gets the one that the Pulumi operator reports, if it has a single stack.
  private func with(operator view: ClusterView?, _ judgment: StageResult) -> StageResult {
    guard judgment.commit == nil, let view, view.stacks.count == 1 else { return judgment }
    var judgment = judgment
    judgment.commit = view.stacks.first?.value.lastSuccessfulCommit.flatMap { CommitID($0) }
    // The commit is the cluster's statement, whatever the source of the stage says.
    judgment.isUnseen = !view.isFresh || view.stacks.contains(where: \.isLastKnown)
    return judgment
  }

  private func stage(
    _ id: String, _ kind: Stage.Kind, _ judgment: StageResult, _ filter: PathFilter,
    _ severities: [String: Problem.Severity], _ authors: [ImageUpdateAutomation.Author]
  ) -> Stage {
    let head = knowledge.heads[plan.branch]?.value?.commit
    let distance = judgment.commit.flatMap { commit in
      head.flatMap { knowledge.distance(from: commit, to: $0, filter: filter, authors: authors) }
    }
    let problem = judgment.finding?.id(in: cluster)
    var stage = Stage(
      id: id, kind: kind, state: judgment.state, commit: judgment.commit, distance: distance,
      filter: filter, summary: judgment.summary, since: judgment.since, url: judgment.url,
      problem: problem)
    stage.isUnseen = judgment.isUnseen
    if stage.state == .current, let distance {
      if distance.isDiverged { stage.state = .diverged } else if distance.behind > 0 { stage.state = .behind }
    }
    let worst = judgment.findings.map { severities[$0.id(in: cluster)] }
    stage.verdict =
      stage.state == .unknown
      ? .unknown
      : worst.contains(.critical) ? .critical : worst.contains(.warning) ? .degraded : .healthy
    if let words = distance?.words, !words.isEmpty { stage.summary += ", \(words)" }
    return stage
  }
}

extension PipelineKnowledge.Source {
  /// The name in texts.
  fileprivate var api: String {
    switch name {
    case "github": "GitHub"
    case "pulumi": "Pulumi Cloud"
    default: "the \(name)"
    }
  }
}

extension ImageUpdateAutomation {
  /// The commit that it says it pushed to the branch that it reads.
  package var pushedCommit: CommitID? { reviewBranch == nil ? lastPushCommit.flatMap { CommitID($0) } : nil }
}
