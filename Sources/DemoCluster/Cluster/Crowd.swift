/// Many more nodes and Kustomizations beside those of Oceanid, for measurements: a node has about 8 KB.
package struct Crowd: Hashable, Sendable {
  package let nodes: Int
  package let kustomizations: Int

  package init(nodes: Int, kustomizations: Int) {
    self.nodes = nodes
    self.kustomizations = kustomizations
  }
}

extension ClusterState {
  /// The healthy Oceanid cluster in a crowd.
  package static func oceanid(at now: Moment, with crowd: Crowd) -> ClusterState {
    var state = oceanid(at: now)
    state.crowd = crowd
    state.nodes += (0..<crowd.nodes).map { index in
      NodeFacts(
        name: "worker-\(String(index + 10_000).dropFirst())",
        address: "10.\(index >> 8 & 255).\(index & 255).1",
        roles: [], gpus: 0, allocatableGPUs: 0, images: 30, since: state.settled)
    }
    return state
  }

  static func image(_ number: Int, of node: String) -> JSON {
    let name = "registry.example.com/platform/team-\(number)/service-\(number)"
    return [
      "names": [
        .string("\(name)@sha256:\(Hash.hex("\(name) \(node)", digits: 64))"),
        .string("\(name):v1.\(number).0"),
      ],
      "sizeBytes": .number(24_000_000 + number * 1_234_567),
    ]
  }
}
