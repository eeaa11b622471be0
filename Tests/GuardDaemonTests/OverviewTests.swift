import FoundationEssentials
import GuardAPI
import GuardStatus
import GuardTypes
import Health
import Testing

@testable import Tunnel

/// The status document of a cluster with thousands of nodes, as `status` asks for it.
@Suite struct OverviewTests {
  private static let now = Timestamp(seconds: 1_800_000_000)
  private static let count = 5000

  /// A board with one cluster, whose last node is not Ready.
  private static func board() -> StatusBoard {
    let nodes = (0..<count).map { number in
      let isReady = number < count - 1
      let condition = Condition(type: "Ready", status: isReady ? .isTrue : .isFalse)
      return NodeReport(
        node: Node(resource: Resource(kind: "Node", name: "node-\(number)", conditions: [condition])),
        verdict: isReady ? .healthy : .critical, status: isReady ? "Ready" : "NotReady", isExpected: false)
    }
    let problems = (0..<count).map { number in
      Problem(
        .node(.cordoned), id: "tethys/node/node-\(number)/cordoned",
        severity: number == count - 1 ? .critical : .warning, cluster: "tethys",
        subject: "node node-\(number)", title: "node \(number)", detail: "", since: now,
        step: NextStep(command: nil))
    }
    let board = StatusBoard()
    board.setOrder(["tethys"])
    board.update(
      StatusBoard.Entry(
        report: ClusterReport(
          name: "tethys", verdict: .critical, summary: "", nodes: nodes,
          problems: problems.sorted(by: Problem.isBefore)),
        observation: Observation(
          cluster: "tethys", listen: "", kubeconfig: "",
          tunnel: TunnelHealth(state: .up, since: now, host: "t"), snapshot: nil, snapshotAt: now,
          pollFailure: nil, pollInterval: .seconds(15), expectations: Expectations()),
        poll: nil,
        tunnel: { TunnelStatus(state: .up, since: 0, host: "t", reconnects: 0, attempt: 0, forwards: []) }))
    return board
  }

  @Test func overviewOfALargeClusterHasTheWorstAndCountsTheOthers() throws {
    let board = Self.board()
    let whole = board.statusDocument(now: Self.now)
    let overview = board.statusDocument(isOverview: true, now: Self.now)
    let cluster = try #require(overview.clusters.first)
    #expect(cluster.nodes.contains { $0.status == "NotReady" })
    #expect(cluster.nodes.count + (cluster.omitted?.nodes?.count ?? 0) == Self.count)
    let size = cluster.nodes.count * 3
    #expect(size < whole.clusters.first?.nodes.count ?? 0, "\(cluster.nodes.count) of \(Self.count)")
    // The problems are the same: the worst first, and the number of those that are not listed.
    #expect(overview.problems == whole.problems && overview.problems.first?.severity == .critical)
    #expect(overview.problems.count + (overview.omittedProblems ?? 0) == Self.count)
  }
}
