package import GuardAPI
internal import GuardTypes
package import Health
package import Pipeline

extension PipelineDocument {
  /// The document of a pipeline.
  ///
  /// - Parameter problems: of the cluster. One of the pipeline that concerns no stage counts too.
  package init(
    _ stages: [Pipeline.Stage], markers: [MarkerFinding], _ knowledge: PipelineKnowledge, plan: PipelinePlan,
    problems: [Problem] = []
  ) {
    let others = problems.filter {
      [.nameUnknown, .tokenExpiring, .pushLost].map(ProblemCode.pipeline).contains($0.code)
    }
    let hasProblem = markers.contains { $0.problem != nil } || !others.isEmpty
    let isCritical = others.contains { $0.severity == .critical }
    let verdict = PipelineReport.verdict(stages)
    self.init(
      repository: plan.repository, branch: plan.branch,
      verdict: hasProblem ? verdict.combined(with: isCritical ? .critical : .degraded) : verdict,
      head: knowledge.heads[plan.branch]?.value.map {
        Head(sha: $0.commit.description, seenAt: $0.seenAt)
      }, stages: stages.map(Stage.init), markers: markers.compactMap(Marker.init),
      sources: knowledge.sources.map(Source.init))
  }
}

extension PipelineDocument.Stage {
  init(_ stage: Pipeline.Stage) {
    self.init(
      id: stage.id, kind: stage.kind.rawValue, state: stage.state, verdict: stage.verdict,
      commit: stage.commit?.description, behind: stage.distance.flatMap { $0.isDiverged ? nil : $0.behind },
      elsewhere: stage.distance.flatMap { $0.isDiverged ? nil : $0.elsewhere },
      automation: stage.distance.flatMap { $0.isDiverged ? nil : $0.automation }, summary: stage.summary,
      since: stage.since, url: stage.url, problem: stage.problem)
  }
}

extension PipelineDocument.Marker {
  /// nil for a finding without a policy and without a problem.
  init?(_ finding: MarkerFinding) {
    guard let name = finding.policy?.description ?? finding.problem?.subject else { return nil }
    self.init(
      policy: name, file: finding.file, line: finding.line, value: finding.value,
      state: finding.state.word)
  }
}

extension PipelineDocument.Source {
  init(_ source: PipelineKnowledge.Source) {
    self.init(
      name: source.name, state: source.state,
      message: source.failures.isEmpty
        ? nil : source.failures.map(\.message).joined(separator: "; ").limited(to: 600),
      seenAt: source.seenAt,
      pausedUntil: source.pausedUntil, tokenExpires: source.tokenExpires)
  }
}
