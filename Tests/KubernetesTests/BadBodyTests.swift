import GuardTypes
import Health
import TestSupport
import Testing

@testable import Kubernetes

@Suite(.blocking) struct BadBodyTests {
  private func poll(_ cluster: SmallCluster) async throws -> (Result<Snapshot, PollFailure>, TestServer) {
    let server = try await TestServer(script: cluster.script)
    let client = ClusterClient(
      kubeconfig: try kubeconfig(port: server.port), dial: .tcp(host: "127.0.0.1", port: server.port))
    return (await client.pollOnDedicatedThread(), server)
  }

  static let badBodies: [(name: String, reply: TestServer.Reply)] = [
    ("cut short", .cutShort(Array(#"{"kind":"NodeList","items":[{"metadata":"#.utf8))),
    ("half a document", .json(#"{"kind":"NodeList","items":[{"metadata":"#)),
    ("a page", .answer(200, type: "text/html; charset=utf-8", body: Array("<html>".utf8))),
    ("nothing", .json("")), ("another kind", .json(SmallCluster.list("Pod", []))),
    ("deep arrays", .json(String(repeating: "[", count: 10_000))),
    ("deeper arrays", .json(String(repeating: "[", count: 1_000_000))),
    ("too much", .flood(megabytes: 200)),
  ]

  @Test(arguments: badBodies.indices) func aBadBodyFailsOnlyItsPart(index: Int) async throws {
    var cluster = SmallCluster()
    cluster.answers["/api/v1/nodes"] = Self.badBodies[index].reply
    let snapshot = try await poll(cluster).0.get()
    let failure = try #require(snapshot.nodes.failure, "\(Self.badBodies[index].name)")
    #expect(failure.code == (index == 0 ? .unreachable : .badResponse), "\(failure)")
    #expect(snapshot.flux.value?.count == 1)
  }

  @Test func anOversizedObjectIsOneUndecodableEntry() async throws {
    let deep = String(repeating: #"{"a":"#, count: 100_000) + "1" + String(repeating: "}", count: 100_000)
    var cluster = SmallCluster()
    cluster.answers["/api/v1/nodes"] = .json(
      SmallCluster.list(
        "Node",
        [
          SmallCluster.node("alpha"), #"{"metadata":{"name":"beta"},"status":\#(deep)}"#,
          SmallCluster.node("gamma"),
        ]))
    let snapshot = try await poll(cluster).0.get()
    #expect(snapshot.nodes.value?.map(\.name) == ["alpha", "gamma"])
    #expect(snapshot.undecodable.map(\.description) == ["Node beta: nests deeper than 200 levels"])
  }

  @Test func aBadObjectIsOneUndecodableEntry() async throws {
    var cluster = SmallCluster()
    cluster.answers["/api/v1/nodes"] = .json(
      SmallCluster.list(
        "Node",
        [
          SmallCluster.node("alpha"), #"{"metadata":{"name":"beta"},"status":{"conditions":"Ready"}}"#, "7",
          SmallCluster.node("gamma"),
        ]))
    let snapshot = try await poll(cluster).0.get()
    #expect(snapshot.nodes.value?.map(\.name) == ["alpha", "gamma"])
    #expect(
      snapshot.undecodable.map(\.description) == [
        "Node beta: status.conditions has the wrong type", "Node number 2: has the wrong type",
      ])
  }
}
