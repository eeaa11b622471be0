internal import GuardAPI
internal import GuardConfiguration
internal import GuardJournal
internal import GuardPipeline
internal import GuardState
package import GuardStatus
internal import GuardTypes
package import Health
package import Pipeline
internal import Synchronization
internal import Tunnel

/// The pipeline of a cluster: its poller, and what was learned last. Thread-safe.
package final class ClusterPipeline: Sendable {
  private struct State {
    var knowledge = PipelineKnowledge()
    var view: ClusterView?
    var markers = MarkerJudge()
  }

  private let cluster: String
  private let plan: PipelinePlan
  private let poller: PipelinePoller
  private let state: Mutex<State>

  /// - Parameters:
  ///   - file: nil: there is no state directory.
  ///   - changed: called on the poller's queue after each poll; true if the judgment may change.
  /// - Throws: `SourceFailure` if libcurl can't be used.
  init(
    _ configuration: Configuration.Pipeline, cluster: String, environment: LocalEnvironment,
    file: PipelineHistoryFile?, log: any EventLog,
    changed: @escaping @Sendable (_ isRelevant: Bool) -> Void
  ) throws(SourceFailure) {
    self.cluster = cluster
    plan = PipelinePlan(configuration)
    state = Mutex(State())
    let inbox = BufferedStream<PipelineKnowledge>()
    poller = try PipelinePoller(
      configuration, cluster: cluster,
      tokens: PipelineTokens(
        gitHub: configuration.github?.token.map { TokenFile($0, environment: environment) },
        pulumi: configuration.pulumi?.token.map { TokenFile($0, environment: environment) }),
      history: file?.load(log), clock: { .now }, persist: { file?.save($0) }, publish: inbox.send)
    inbox.connect { [weak self] knowledge in
      guard let self else { return }
      changed(self.record(knowledge))
    }
  }

  /// The result of the last poll.
  package var knowledge: PipelineKnowledge { state.withLock { $0.knowledge } }

  /// How often each API answered with which status.
  var answers: [String: [String: Int]] {
    Dictionary(knowledge.sources.map { ($0.name, $0.answers) }, uniquingKeysWith: { first, _ in first })
  }

  package func pollNow() { poller.pollNow() }

  /// Finds the stages that have a commit. `done` is called once, on any thread.
  package func find(_ commit: String, _ done: @escaping @Sendable (WhereOutcome) -> Void) {
    poller.find(commit, done)
  }

  func stop() { poller.stop() }

  /// Evaluates the last poll result for the report of the cluster.
  func report(at now: Timestamp) -> PipelineReport {
    let (knowledge, view) = state.withLock { ($0.knowledge, $0.view) }
    return PipelineReport(knowledge, plan: plan, cluster: cluster, view: view, now: now)
  }

  /// Names in guard.yaml that fit nothing in the cluster.
  package func unknownNames(at now: Timestamp) -> [Observation.Finding] {
    report(at: now).findings.filter { $0.code == .pipeline(.nameUnknown) }
  }

  /// The report together with the problems of the markers in Git. If the last poll of the cluster failed, the last
  /// problems stay.
  func joinMarkers(
    with report: ClusterReport, _ observation: Observation, at now: Timestamp
  ) -> ClusterReport {
    state.withLock { state in
      guard let tree = state.knowledge.markers?.value else { return report }
      if observation.isFresh, report.unseen.isDisjoint(with: [.image, .flux]) {
        let view = ClusterView(report, plan: plan, isFresh: true)
        let sources = view.sources.map(\.judged.value.resource.reference)
        state.markers.judge(
          tree,
          of: MarkerInput(
            cluster: cluster, policies: report.policies, automations: view.automations,
            kustomizations: report.flux.map(\.value), source: sources.count == 1 ? sources.first : nil,
            access: observation.access, owner: observation.owner), at: now)
      }
      return report.replacing(problems: state.markers.findings.joined(with: report.problems))
    }
  }

  /// The policies of whose markers nothing is known since the start.
  func unseenMarkers(of snapshot: Snapshot?) -> Set<String> {
    guard let markers = knowledge.markers, markers.value == nil else { return [] }
    return Set((snapshot?.imagePolicies.value ?? []).map(\.resource.reference.description))
  }

  /// The document, from the judgment of the cluster. The poller gets what the cluster runs.
  ///
  /// - Parameter isFresh: true if the last poll of the cluster succeeded.
  func document(_ pipeline: PipelineReport, _ report: ClusterReport, isFresh: Bool) -> PipelineDocument {
    let view = ClusterView(report, plan: plan, isFresh: isFresh)
    let (knowledge, markers) = state.withLock { state in
      state.view = view
      return (state.knowledge, state.markers.findings)
    }
    let stages = pipeline.stages(view, problems: report.problems)
    poller.update(
      view, stages: stages,
      steps: Dictionary(report.problems.map { ($0.id, $0.step) }, uniquingKeysWith: { first, _ in first }))
    return PipelineDocument(
      stages, markers: markers, knowledge, plan: plan, problems: report.problems)
  }

  /// - Returns: true if the judgment may change.
  private func record(_ knowledge: PipelineKnowledge) -> Bool {
    state.withLock { state in
      defer { state.knowledge = knowledge }
      return knowledge.differs(from: state.knowledge)
    }
  }
}
