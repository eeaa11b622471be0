import GuardAPI
import GuardConfiguration
import GuardStatus
import GuardTypes
import Health
import Pipeline
import Platform
import Synchronization
import TestSupport
import Testing

@testable import GuardPipeline

/// The poller without an API: nothing that is not configured is asked.
@Suite struct PipelinePollerTests {
  private static func configuration(_ pipeline: String) throws -> Configuration.Pipeline {
    try #require(
      try Configuration.parse(
        "clusters: [{ name: c, tunnel: { host: h }, pipeline: \(pipeline) }]", file: "guard.yaml",
        environment: ConfigurationEnvironment(isRoot: true, home: "/root")
      ).clusters[0].pipeline)
  }

  @Test func nothingIsPolledThatIsNotConfigured() throws {
    let count = Mutex(0)
    let poller = try PipelinePoller(
      try Self.configuration("{ branch: main }"), cluster: "c", tokens: .init(gitHub: nil, pulumi: nil),
      interval: .milliseconds(10), clock: { Timestamp(seconds: 1) }
    ) { _ in count.withLock { $0 += 1 } }
    poller.pollNow()
    let answer = Mutex<WhereOutcome?>(nil)
    poller.find(String(repeating: "a", count: 40)) { outcome in answer.withLock { $0 = outcome } }
    let deadline = ContinuousClock.now + .seconds(5)
    while answer.withLock({ $0 == nil }), ContinuousClock.now < deadline {}
    guard case .found(let document) = answer.withLock({ $0 }) else {
      Issue.record("no answer")
      return
    }
    #expect(document.stages.isEmpty && document.onBranch == nil)
    let polls = count.withLock { $0 }
    #expect(polls == 0)
    poller.stop()
  }

  @Test func unreachableAPIMakesStagesUnknown() throws {
    let knowledge = Mutex<PipelineKnowledge?>(nil)
    let poller = try PipelinePoller(
      try Self.configuration(
        """
        { repository: o/r, github: { url: "http://127.0.0.1:1", workflow: a.yml, token: { file: /nowhere } },
          pulumi: { url: "http://127.0.0.1:1", stack: a/b/c, token: { file: /nowhere } } }
        """), cluster: "c",
      tokens: .init(
        gitHub: TokenFile(place: "/nowhere", path: { .success("/nowhere") }, exposure: { _ in nil }),
        pulumi: nil),
      clock: { Timestamp(seconds: 1_800_000_000) }
    ) { known in knowledge.withLock { $0 = known } }
    let deadline = ContinuousClock.now + .seconds(10)
    while knowledge.withLock({ $0 == nil }), ContinuousClock.now < deadline {}
    let last = knowledge.withLock { $0 }
    let known = try #require(last)
    #expect(known.sources.map(\.name) == ["github", "pulumi"])
    #expect(known.sources.map(\.state) == ["refused", "unreachable"])
    #expect(known.sources[0].failure?.message.contains("/nowhere can't be read") == true)
    let plan = PipelinePlan(
      try Self.configuration(
        "{ repository: o/r, github: { workflow: a.yml }, pulumi: { stack: a/b/c, token: { file: /t } } }"))
    let report = PipelineReport(
      known, plan: plan, cluster: "c", view: nil, now: Timestamp(seconds: 1_800_000_000))
    // Neither a missing token nor a server that does not answer says anything about the cluster.
    #expect(report.findings.isEmpty)
    #expect(report.unseenSubjects == ["workflow a.yml", "stack a/b/c"])
    let stages = report.stages(nil, problems: [])
    #expect(stages.map(\.id) == ["cloud", "cluster"] && stages.allSatisfy { $0.state == .unknown })
    #expect(PipelineDocument(stages, markers: [], known, plan: plan).verdict == .unknown)
    poller.stop()
  }

  @Test func sectionForFluxExpectsItsStages() throws {
    for (section, isExpected) in [
      ("{ branch: main }", false), ("{ flux: {} }", true), ("{ flux: { source: a/b } }", true),
      ("{ flux: { paths: ['x/**'] } }", true),
    ] {
      #expect(PipelinePlan(try Self.configuration(section)).isFluxExpected == isExpected, "\(section)")
    }
  }
}
