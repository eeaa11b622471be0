/// Additional nodes and Kustomizations for measurements. A node has about 8 KB.
package struct ExtraObjects: Hashable, Sendable {
  package let nodes: Int
  package let kustomizations: Int
  /// If set, all of these Kustomizations fail with a message of this many characters.
  package let failureLength: Int?
  /// True if these nodes have names of 253 characters and four bad conditions, and these Kustomizations are deleted and
  /// have 64 finalizers of 1,000 characters.
  package let areHeavy: Bool

  package init(nodes: Int, kustomizations: Int, failureLength: Int? = nil, areHeavy: Bool = false) {
    self.nodes = nodes
    self.kustomizations = kustomizations
    self.failureLength = failureLength
    self.areHeavy = areHeavy
  }

  fileprivate func nodeName(_ index: Int) -> String {
    let name = "worker-\(String(index + 10_000).dropFirst())"
    return areHeavy ? name + String(repeating: "-long", count: (253 - name.utf8.count) / 5) : name
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

  /// The bad conditions of an additional node.
  func extraConditions(of node: NodeFacts) -> [JSON] {
    guard extra?.areHeavy == true, node.name.hasPrefix("worker-") else { return [] }
    let text = String(repeating: "task kworker blocked for more than 120 seconds; ", count: 20)
    return (1...4).map {
      condition("KernelFault\($0)", "True", "TaskHung", text, since: node.since, generation: nil)
    }
  }

  /// The time at which an additional Kustomization was deleted, and what it waits for.
  func extraDeletion(of name: String) -> (at: APITime?, finalizers: [String]) {
    guard extra?.areHeavy == true, name.hasPrefix("tenant-") else { return (nil, Object.fluxFinalizers) }
    return (
      settled.advanced(seconds: -3600),
      (0..<64).map { "example.com/finalizer-\($0)-" + String(repeating: "x", count: 975) }
    )
  }

  /// The healthy Oceanid cluster with additional objects.
  package static func oceanid(at now: APITime, with extra: ExtraObjects) -> ClusterState {
    var state = oceanid(at: now)
    state.extra = extra
    state.nodes += (0..<extra.nodes).map { index in
      NodeFacts(
        name: extra.nodeName(index),
        address: "10.\(index >> 8 & 255).\(index & 255).1",
        roles: [], gpus: 0, allocatableGPUs: 0, images: extra.areHeavy ? 0 : 30, since: state.settled)
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
