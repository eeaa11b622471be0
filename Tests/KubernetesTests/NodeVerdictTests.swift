import GuardTypes
import Health
import Testing

@testable import Kubernetes

/// A cluster without nodes, expected nodes that do not exist, and taints that make a node useless.
@Suite struct NodeVerdictTests {
  private static let agentTaint =
    #"{"taints":[{"key":"node.cilium.io/agent-not-ready","effect":"NoExecute"}]}"#

  static let rows: [VerdictRow] = [
    .init(name: "no nodes at all", items: ["nodes": []], ids: ["node/none"]),
    .init(
      name: "had nodes, has none", items: [:], ids: ["node/none"], polls: [0, 30, 60],
      then: [1: ["nodes": []]]),
    .init(
      name: "uninitialized taint",
      items: Item.node(
        spec:
          #"{"taints":[{"key":"node.cloudprovider.kubernetes.io/uninitialized","value":"true","effect":"NoSchedule"}]}"#,
        meta: ""), ids: ["node/n/taint"]),
    .init(
      name: "out-of-service taint",
      items: Item.node(
        spec:
          #"{"taints":[{"key":"node.kubernetes.io/out-of-service","value":"nodeshutdown","effect":"NoExecute"}]}"#
      ), ids: ["node/n/taint"]),
    .init(
      name: "usual taints",
      items: Item.node(
        spec:
          #"{"taints":[{"key":"node-role.kubernetes.io/control-plane","effect":"NoSchedule"},{"key":"nvidia.com/gpu","effect":"NoSchedule"}]}"#
      ), ids: []),
    .init(
      name: "gpu expected on a node that does not exist", items: Item.node(),
      expect: Expectations(gpus: ["calypso": 1]), ids: ["node/calypso/missing"]),
    .init(
      name: "no nodes, and expected ones", items: ["nodes": []],
      expect: Expectations(nodes: ["a", "b"], gpus: ["b": 1]), ids: ["node/none"], says: ["expected: a, b"],
      verdict: .critical),
    .init(
      name: "agent of the network restarts", items: Item.node(spec: agentTaint), ids: [], polls: [0, 200]),
    .init(
      name: "agent of the network does not start", items: Item.node(spec: agentTaint), ids: ["node/n/taint"],
      says: ["node.cilium.io/agent-not-ready:NoExecute"], polls: [0, 400]),
    .init(
      name: "out-of-service taint on a lost node",
      items: Item.node(
        [Item.condition("Ready", "Unknown")],
        spec: #"{"taints":[{"key":"node.kubernetes.io/out-of-service","effect":"NoExecute"}]}"#),
      ids: ["node/n/not-ready"]),
  ]

  @Test(arguments: rows) func verdict(_ row: VerdictRow) throws {
    #expect(try row.faults() == [])
  }
}
