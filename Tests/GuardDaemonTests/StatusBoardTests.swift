import GuardTypes
import Testing

@testable import GuardDaemon
@testable import GuardStatus
@testable import Health
@testable import IncidentTracking

@Suite struct StatusBoardTests {
  private static func entry(
    _ name: String, _ verdict: Verdict, _ problems: [Problem] = [], snapshotAt: Timestamp? = moment
  ) -> StatusBoard.Entry {
    let sample = MetricsTests.entry()
    return StatusBoard.Entry(
      report: ClusterReport(name: name, verdict: verdict, summary: "", problems: problems),
      observation: Observation(
        cluster: name, listen: "", kubeconfig: "", tunnel: TunnelHealth(state: .up, since: moment, host: "t"),
        snapshot: nil, snapshotAt: snapshotAt, pollFailure: nil, pollInterval: .seconds(15),
        expectations: Expectations(nodes: [])),
      poll: nil, tunnel: sample.tunnel)
  }

  @Test func clusterIsKnownAfterItsFirstSuccessfulPoll() {
    let board = StatusBoard()
    board.setOrder(["silent", "starting", "well", "stale"])
    board.update(Self.entry("starting", .critical, snapshotAt: nil))
    board.update(Self.entry("well", .degraded))
    board.update(Self.entry("stale", .unknown))
    #expect(board.unknownClusters == ["silent", "starting", "stale"])
  }

  @Test func criticalProblemsThatAreNotMuted() {
    func problem(_ subject: String, _ severity: Problem.Severity) -> Problem {
      Problem(
        .node(.condition), id: "a/node/\(subject)", severity: severity, cluster: "a", subject: subject,
        title: "", detail: "",
        since: moment, step: NextStep())
    }
    let board = StatusBoard()
    board.setOrder(["a"])
    board.update(
      Self.entry("a", .critical, [problem("x", .critical), problem("y", .warning), problem("z", .critical)]))
    board.setSilences([
      Silence(
        id: "1", cluster: nil, pattern: "z", reason: "", author: "", createdAt: moment, expiresAt: moment)
    ])
    #expect(board.criticalProblems.map(\.subject) == ["x"])
  }
}
