package import GuardAPI
internal import Health
package import Pipeline

extension PipelineDocument {
  /// The document of a pipeline.
  package init(
    _ stages: [Pipeline.Stage], markers: [MarkerFinding], _ knowledge: PipelineKnowledge, plan: PipelinePlan
  ) {
    self.init(
      repository: plan.repository, branch: plan.branch, verdict: PipelineReport.verdict(stages),
      head: knowledge.heads[plan.branch]?.value.map {
        Head(sha: $0.commit.description, seenAt: $0.seenAt)
      }, stages: stages.map(Stage.init), markers: markers.compactMap(Marker.init),
      sources: knowledge.sources.map(Source.init))
  }
}

extension PipelineDocument.Stage {
  init(_ stage: Pipeline.Stage) {
    self.init(
      id: stage.id, kind: stage.kind.rawValue, state: State(stage.state), verdict: stage.verdict,
      commit: stage.commit?.description, behind: stage.distance.flatMap { $0.isDiverged ? nil : $0.behind },
      elsewhere: stage.distance.flatMap { $0.isDiverged ? nil : $0.elsewhere },
      automation: stage.distance.flatMap { $0.isDiverged ? nil : $0.automation }, summary: stage.summary,
      since: stage.since, url: stage.url, problem: stage.problem)
  }
}

extension PipelineDocument.Stage.State {
  init(_ state: Pipeline.Stage.State) {
    self =
      switch state {
      case .current: .current
      case .behind: .behind
      case .running: .running
      case .waiting: .waiting
      case .failed: .failed
      case .stopped: .stopped
      case .diverged: .diverged
      case .unknown: .unknown
      }
  }
}

extension PipelineDocument.Marker {
  /// nil for the finding about a file or an unknown name, which is a problem only.
  init?(_ finding: MarkerFinding) {
    guard let policy = finding.policy else { return nil }
    self.init(
      policy: policy.description, file: finding.file, line: finding.line, value: finding.value,
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
