/// Additional nodes and Kustomizations for measurements. A node has about 8 KB.
package struct ExtraObjects: Hashable, Sendable {
  package let nodes: Int
  package let kustomizations: Int
  /// If set, all of these Kustomizations fail with a message of this many characters.
  package let failureLength: Int?

  package init(nodes: Int, kustomizations: Int, failureLength: Int? = nil) {
    self.nodes = nodes
    self.kustomizations = kustomizations
    self.failureLength = failureLength
  }
}

extension ClusterState {
  /// The failure of an additional Kustomization, if they fail.
  func extraFailure(of name: String) -> Failure? {
    guard name.hasPrefix("tenant-"), let length = extra?.failureLength else { return nil }
    let line =
      "\(name): deployment.apps \"web\" is invalid: spec.template.spec.containers[0].image: Required value; "
    let text = String(repeating: line, count: length / line.utf8.count + 1)
    return Failure(reason: "BuildFailed", message: String(text.prefix(length)), since: settled)
  }

  /// The healthy Oceanid cluster with additional objects.
  package static func oceanid(at now: APITime, with extra: ExtraObjects) -> ClusterState {
    var state = oceanid(at: now)
    state.extra = extra
    state.nodes += (0..<extra.nodes).map { index in
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
