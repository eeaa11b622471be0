import DemoPipeline
import GuardConfiguration
import GuardState
import GuardStatus
import GuardTypes
import Health
import Pipeline
import PipelineSources
import Platform
import Synchronization
import TestSupport
import Testing

@testable import GuardPipeline

/// A poller of a simulated GitHub and Pulumi Cloud. Its clock stands unless a test moves it, and it polls once at the
/// start and when it is asked to.
final class PipelineFixture: Sendable {
  struct State {
    var polls: [PipelineKnowledge] = []
    var histories: [PipelineHistory] = []
    var now = Timestamp.now
  }

  let demo: DemoPipeline
  let configuration: Configuration.Pipeline
  let plan: PipelinePlan
  let poller: PipelinePoller
  private let folder: TemporaryFolder
  private let state: SharedState

  /// The handlers of the poller hold it, and not the fixture.
  private final class SharedState: Sendable {
    let value = Mutex(State())
  }

  static let everything = """
    { repository: \(DemoPipeline.repository),
      github: { url: "GITHUB", workflow: \(DemoPipeline.workflow), token: { file: /t }, paths: ["cloud/**"] },
      pulumi: { url: "PULUMI", stack: \(DemoPipeline.stack), agentPool: \(DemoPipeline.agentPool), token: { file: /t },
        paths: ["cluster/**"] },
      markers: { github: true } }
    """

  /// - Parameters:
  ///   - pipeline: the section, in which `GITHUB` and `PULUMI` are the addresses of the two APIs.
  ///   - faults: apply before the first poll.
  init(
    _ pipeline: String = everything, demo: DemoPipeline? = nil, history: PipelineHistory? = nil,
    at now: Timestamp? = nil, faults: [PipelineFault] = []
  ) throws {
    let demo = try demo ?? DemoPipeline.start()
    for fault in faults { demo.apply(fault) }
    let text = pipeline.replacing("GITHUB", with: demo.url(.github)).replacing(
      "PULUMI", with: demo.url(.pulumi))
    let configuration = try #require(
      try Configuration.parse(
        "clusters: [{ name: c, tunnel: { host: h }, pipeline: \(text) }]", file: "guard.yaml",
        environment: ConfigurationEnvironment(isRoot: true, home: "/root")
      ).clusters[0].pipeline)
    let folder = try TemporaryFolder()
    func token(_ api: DemoAPI) throws -> TokenFile {
      let path = try folder.write("\(demo.tokens[api] ?? "")\n", to: api.rawValue)
      return TokenFile(place: "/run/\(api.rawValue)", path: { .success(path) }, exposure: { _ in nil })
    }
    let state = SharedState()
    if let now { state.value.withLock { $0.now = now } }
    self.demo = demo
    self.configuration = configuration
    self.folder = folder
    self.state = state
    plan = PipelinePlan(configuration)
    poller = try PipelinePoller(
      configuration, cluster: "c",
      tokens: .init(
        gitHub: configuration.github == nil ? nil : token(.github),
        pulumi: configuration.pulumi == nil ? nil : token(.pulumi)),
      history: history, interval: .seconds(3600), pause: .zero,
      clock: { state.value.withLock { $0.now } },
      persist: { history in state.value.withLock { $0.histories.append(history) } },
      publish: { knowledge in state.value.withLock { $0.polls.append(knowledge) } })
  }

  deinit { poller.stop() }

  var now: Timestamp { state.value.withLock { $0.now } }
  var polls: Int { state.value.withLock { $0.polls.count } }
  var history: PipelineHistory? { state.value.withLock { $0.histories.last } }

  func advance(_ duration: Duration) { state.value.withLock { $0.now = $0.now + duration } }

  /// The result of the first poll.
  func first() throws -> PipelineKnowledge { try result(after: 0) }

  /// Polls, and returns the result.
  func poll() throws -> PipelineKnowledge {
    _ = try first()
    let count = polls
    poller.pollNow()
    return try result(after: count)
  }

  private func result(after count: Int) throws -> PipelineKnowledge {
    guard eventually({ polls > count }) else { throw FixtureError.failed("no poll has ended") }
    return try #require(state.value.withLock { $0.polls.last })
  }

  func report(_ knowledge: PipelineKnowledge, _ view: ClusterView? = nil) -> PipelineReport {
    PipelineReport(knowledge, plan: plan, cluster: "c", view: view, now: now)
  }

  /// The document's source with this name.
  func source(_ name: String, of knowledge: PipelineKnowledge) throws -> PipelineKnowledge.Source {
    try #require(knowledge.sources.first { $0.name == name })
  }

  func find(_ commit: String) throws -> WhereOutcome {
    let box = OutcomeBox()
    poller.find(commit) { outcome in box.value.withLock { $0 = outcome } }
    guard eventually({ box.value.withLock { $0 != nil } }) else { throw FixtureError.failed("no answer") }
    return try #require(box.value.withLock { $0 })
  }

  /// A cluster whose source follows the branch and has this commit.
  func view(_ commit: String) -> ClusterView {
    let source = FluxObject(
      resource: Resource(kind: "GitRepository", namespace: "flux-system", name: "flux-system"),
      revision: "\(DemoPipeline.branch)@sha1:\(commit)",
      git: .init(url: "https://github.com/\(DemoPipeline.repository)", branch: DemoPipeline.branch))
    return ClusterView(
      ClusterReport(
        name: "c", verdict: .healthy, summary: "", flux: [Judged(value: source, verdict: .healthy)]),
      plan: plan,
      isFresh: true)
  }
}

final class OutcomeBox: Sendable {
  let value = Mutex<WhereOutcome?>(nil)
}

extension GitHubClient {
  /// A client of the simulated GitHub, with its token.
  static func of(
    _ demo: DemoPipeline, clock: @escaping @Sendable () -> Timestamp = { .now }
  ) throws -> sending GitHubClient {
    let token = demo.tokens[.github] ?? ""
    return GitHubClient(
      try APIClient(
        .gitHub,
        at: APIAddress(isEncrypted: false, host: "127.0.0.1", port: UInt16(demo.ports[.github] ?? 0)),
        token: TokenSource(place: "/t", stamp: { SmallFile.Stamp(of: "/") }, read: { .success(token) }),
        cancellation: APICancellation(), clock: clock), owner: "oceanid", name: "cluster")
  }
}
