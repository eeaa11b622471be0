import GuardTypes
import Testing

@testable import Health

@Suite struct LastSeenTests {
  private static let nodes = ["calypso", "dione", "tethys"].map {
    Node(resource: Resource(kind: "Node", name: $0), kubeletVersion: "v1.35.1+k3s1")
  }
  private static let workloads = ["api", "web"].map {
    Workload(
      resource: Resource(kind: "Deployment", namespace: "apps", name: $0), desired: 1, ready: 1, available: 1,
      updated: 1)
  }

  private static func address<Element>(_ elements: [Element]?) -> UnsafeRawPointer? {
    elements?.withUnsafeBytes(\.baseAddress)
  }

  /// A large cluster has thousands of objects. A second copy of them would be kept until the next poll.
  @Test func lastKnownStateSharesTheObjectsOfItsPoll() {
    let snapshot = Snapshot(
      serverTime: Timestamp(seconds: 0), nodes: .seen(Self.nodes), workloads: .seen(Self.workloads))
    var seen = LastSeen()
    seen.update(from: snapshot, at: snapshot.serverTime)
    #expect(seen.nodes?.value == Self.nodes)
    #expect(Self.address(seen.nodes?.value) == Self.address(snapshot.nodes.value))
    #expect(Self.address(seen.workloads?.value) == Self.address(snapshot.workloads.value))
  }

  @Test func historyWithoutObjectsKeepsTheRest() {
    var seen = LastSeen()
    seen.update(
      from: Snapshot(serverTime: Timestamp(seconds: 0), nodes: .seen(Self.nodes)), at: Timestamp(seconds: 0))
    let history = PollHistory(
      firstSeen: ["demo/node/calypso/not-ready": Timestamp(seconds: 1)],
      renewals: [
        Reference(kind: "Lease", namespace: "kube-node-lease", name: "calypso"): .init(
          renewTime: Timestamp(seconds: 2), movedAt: nil)
      ],
      critical: ["demo/node/calypso/not-ready"], kinds: ["Node": .init(objects: 3)], lastSeen: seen)
    var expected = history
    expected.lastSeen = LastSeen()
    #expect(history.lastSeen != LastSeen())
    #expect(history.withoutObjects == expected)
  }
}
