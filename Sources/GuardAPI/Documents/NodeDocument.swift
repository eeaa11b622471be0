package import GuardTypes
package import Health

/// `clusters[].nodes[]`
package struct NodeDocument: Codable, Hashable, Sendable {
  package struct GPU: Codable, Hashable, Sendable {
    package var allocatable: Int
    /// The GPUs of the machine; more than `allocatable` if a device plugin has failed.
    @Field package var capacity: Int?
  }

  package var name: String
  @Field package var verdict: Verdict
  /// As in the STATUS column of `kubectl get nodes`.
  @Field package var status: String
  @Field package var roles: [String]
  @Field package var version: String?
  /// As in the AGE column of `kubectl get nodes`.
  @Field package var age: String?
  @Field package var createdAt: Timestamp?
  @Field package var conditions: [ConditionDocument]
  @Field package var gpu: GPU?
  @Field package var expected: Bool
  /// The first address of type InternalIP.
  @Field package var internalIP: String?
  @Field package var osImage: String?
  @Field package var kernelVersion: String?
  @Field package var containerRuntime: String?
  /// Time of the last renewal of its Lease, by the node's clock.
  @Field package var leaseRenewedAt: Timestamp?

  package init(_ report: NodeReport, now: Timestamp) {
    let node = report.node
    name = node.name
    verdict = report.verdict
    status = report.status
    roles = node.roles
    version = node.kubeletVersion.isEmpty ? nil : node.kubeletVersion
    age = node.resource.creationTimestamp.map { (now - $0).humanDuration }
    createdAt = node.resource.creationTimestamp
    conditions = node.resource.conditions.map(ConditionDocument.init)
    gpu = node.allocatableGPUs.map { GPU(allocatable: $0, capacity: node.capacityGPUs) }
    expected = report.isExpected
    internalIP = node.internalIP
    osImage = node.osImage
    kernelVersion = node.kernelVersion
    containerRuntime = node.containerRuntime
    leaseRenewedAt = node.leaseRenewTime
  }

  package var isReady: Bool { NodeDocument.isReady(status) }

  /// True for `Ready` and `Ready,SchedulingDisabled`.
  static func isReady(_ status: String) -> Bool { status == "Ready" || status.hasPrefix("Ready,") }
}

extension NodeDocument: DocumentRow {
  var textBytes: Int {
    let texts = [version, age, internalIP, osImage, kernelVersion, containerRuntime]
    return name.utf8.count + status.utf8.count + texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
      + roles.reduce(0) { $0 + $1.utf8.count + 3 }
      + conditions.reduce(0) { $0 + $1.type.utf8.count + $1.reason.utf8.count + 120 }
  }

  var messageBytes: Int { conditions.reduce(0) { $0 + $1.message.utf8.count } }

  mutating func shorten(_ budget: inout TextBudget) {
    for index in conditions.indices { budget.fit(&conditions[index].message) }
  }
}

/// `nodes[].conditions[]`
package struct ConditionDocument: Codable, Hashable, Sendable {
  package var type: String
  @Field package var status: Condition.Status
  @Field package var reason: String
  @Field package var message: String
  @Field package var lastTransitionTime: Timestamp?

  package init(_ condition: Condition) {
    type = condition.type
    status = condition.status
    reason = condition.reason
    message = condition.message
    lastTransitionTime = condition.lastTransitionTime
  }
}
