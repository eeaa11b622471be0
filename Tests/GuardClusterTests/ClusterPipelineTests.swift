import DemoCluster
import DemoPipeline
import GuardAPI
import GuardConfiguration
import GuardStatus
import GuardTypes
import Health
import Pipeline
import Systemd
import TestSupport
import Testing
import Tunnel

@testable import GuardCluster
@testable import GuardJournal
@testable import GuardPipeline
@testable import GuardState

/// The pipeline beside the judgment of its cluster.
@Suite(.blocking) struct ClusterPipelineTests {
  private let folder: TemporaryFolder
  private let log = LogMemory()

  init() throws { folder = try TemporaryFolder() }

  private var file: PipelineHistoryFile {
    PipelineHistoryFile(cluster: "tethys", folder: StateFolder(folder: folder.path))
  }

  private static let memory = PipelineHistory(
    repository: "o/r", branch: "main", workflow: "a.yml", highestRun: 42,
    heads: [
      "main": CommitID(String(repeating: "a", count: 40)).map {
        Head(commit: $0, seenAt: Timestamp(seconds: 1_800_000_000))
      }
    ].compactMapValues(\.self))

  private func pipeline(_ demo: DemoPipeline) throws -> ClusterPipeline {
    let token = try folder.write("\(demo.tokens[.github] ?? "")\n", to: "token")
    let configuration = try Configuration.parse(
      """
      clusters: [{ name: tethys, tunnel: { host: h }, pipeline: { repository: \(DemoPipeline.repository),
        github: { url: "\(demo.url(.github))", workflow: \(DemoPipeline.workflow), token: { file: \(token) } },
        markers: { github: true } } }]
      """, file: "guard.yaml", environment: ConfigurationEnvironment(isRoot: true, home: "/root"))
    return try ClusterPipeline(
      try #require(configuration.clusters[0].pipeline), cluster: "tethys",
      environment: LocalEnvironment(
        home: "/tmp", localUser: "test", agentSocket: nil, credentialsDirectory: nil), file: file, log: log,
      changed: { _ in })
  }

  private static let observation = Observation(
    cluster: "tethys", listen: "", kubeconfig: "", tunnel: TunnelHealth(state: .up, since: .now, host: "t"),
    snapshot: Snapshot(serverTime: .now), snapshotAt: .now, pollFailure: nil, pollInterval: .seconds(15),
    expectations: Expectations())

  @Test func hangingGitHubLeavesTheClustersVerdictAlone() throws {
    let demo = try DemoPipeline.start()
    demo.apply(.apiAnswersWrong(.github, .hangs, on: "/"))
    let pipeline = try pipeline(demo)
    #expect(eventually { !demo.requests.isEmpty })
    // The request hangs, and the judgment goes on.
    let healthy = ClusterReport(name: "tethys", verdict: .healthy, summary: "fine")
    for _ in 1...100 {
      let report = pipeline.report(at: .now)
      #expect(report.findings.isEmpty)
      #expect(pipeline.joinMarkers(with: healthy, Self.observation, at: .now) == healthy)
      let document = pipeline.document(report, healthy, isFresh: true)
      #expect(document.verdict == .unknown && document.stages.map(\.state) == [.unknown])
    }
    pipeline.pollNow()
    #expect(demo.requests.count == 1)
    pipeline.stop()
  }

  @Test func memoryIsWrittenAndReadByTheNextRun() throws {
    let demo = try DemoPipeline.start()
    let first = try pipeline(demo)
    #expect(eventually { first.knowledge.heads["main"]?.value != nil })
    #expect(eventually { file.load(log)?.highestRun ?? 0 > 0 })
    let seenAt = try #require(first.knowledge.heads["main"]?.value?.seenAt)
    first.stop()
    let second = try pipeline(demo)
    #expect(eventually { second.knowledge.heads["main"]?.value != nil })
    #expect(
      second.knowledge.heads["main"]?.value?.seenAt
        == Timestamp(milliseconds: seenAt.milliseconds / 1000 * 1000)
        || second.knowledge.heads["main"]?.value?.seenAt == seenAt)
    second.stop()
    #expect(log.all.isEmpty)
  }

  @Test func memoryFileIsReadBack() {
    #expect(file.load(log) == nil)
    file.save(Self.memory)
    #expect(file.load(log) == Self.memory)
    #expect(log.all.isEmpty)
  }

  @Test(arguments: [
    "", "{", "[]", #"{"version":2,"branch":"main","highestRun":1,"heads":{}}"#,
    #"{"version":1,"branch":"main","highestRun":-1,"heads":{}}"#,
    #"{"version":1,"branch":"main","highestRun":1,"heads":{"main":{"commit":"x","seenAt":"2026-01-01T00:00:00Z"}}}"#,
    String(repeating: "a", count: 100_000),
  ])
  func damagedFileIsReportedAndSetAside(_ text: String) throws {
    try folder.write(text, to: "pipeline-tethys")
    #expect(file.load(log) == nil)
    #expect(log.all.count == 1)
    let record = try #require(log.all.first)
    #expect(record.message.contains("pipeline-tethys can't be read"))
    #expect(record.remedy == "look at \(folder.path)/pipeline-tethys.unreadable")
    #expect(try folder.read("pipeline-tethys.unreadable") == text)
    // The next run starts anew, without a message.
    #expect(file.load(log) == nil && log.all.count == 1)
  }

  @Test func filesOfFormerClustersAreRemoved() {
    file.save(Self.memory)
    JournalStateFile.removeAll(except: ["tethys"], in: StateFolder(folder: folder.path))
    #expect(file.load(log) != nil)
    JournalStateFile.removeAll(except: ["other"], in: StateFolder(folder: folder.path))
    #expect(file.load(log) == nil)
  }
}
