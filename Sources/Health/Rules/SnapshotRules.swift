internal import GuardTypes

// Rules for a whole snapshot. If it is fresh, its parts are judged; if not, the last known state is shown without
// verdicts.
extension Evaluation {
  mutating func judge(_ snapshot: Snapshot) {
    skew = observation.clockSkew
    gatherUnreadable(snapshot)
    // Causes are judged before their effects.
    judgeNodes(snapshot)
    judgeSecrets(snapshot)
    gatherPods(snapshot)
    judgeWorkloads(snapshot)
    judgeFlux(snapshot)
    judgeImages(snapshot)
    judgeCertificates(snapshot)
    judgeStacks(snapshot)
    judgeJobs(snapshot)
    judgePods(snapshot)
    judgeKinds(snapshot)
  }

  /// Keeps the last known state without a verdict.
  mutating func restore(_ snapshot: Snapshot) {
    restoreNodes()
    flux = lastKnown(lastSeen.flux)
    policies = lastPolicies
    repositories = lastKnown(lastSeen.imageRepositories)
    automations = lastKnown(lastSeen.imageUpdateAutomations)
    restoreWorkloads()
    certificates = lastKnown(lastSeen.certificates)
    stacks = lastKnown(lastSeen.stacks)
    secrets = snapshot.secrets.value ?? []
    pods = snapshot.pods.value.map { report($0) }
  }

  mutating func restoreNodes() {
    for node in lastSeen.nodes?.value ?? [] {
      nodes.append(
        NodeReport(
          node: node, verdict: .unknown, status: Evaluation.statusColumn(node),
          isExpected: expectations.nodes.isEmpty || expectations.nodes.contains(node.name)))
      // Pods that could not run because of the node still cannot.
      if node.resource.conditions["Ready"]?.status != .isTrue { unwellNodes.insert(node.name) }
    }
  }

  mutating func restoreWorkloads() {
    guard let seen = lastSeen.workloads else { return }
    for workload in seen.value {
      if let manager = workload.manager { managers[workload.resource.reference] = manager }
    }
    workloads = shown(seen.value).map { unknown($0, seen.at) }
  }

  var lastPolicies: [ImagePolicyReport] {
    lastKnown(lastSeen.imagePolicies).map { ImagePolicyReport(policy: $0, running: nil, isBehind: nil) }
  }

  func lastKnown<Value>(_ seen: LastSeen.Seen<Value>?) -> [Judged<Value>] {
    guard let seen else { return [] }
    return seen.value.map { unknown($0, seen.at) }
  }

  func lastKnown(_ workloads: [Workload], at time: Timestamp?) -> [Judged<Workload>] {
    workloads.map { unknown($0, time ?? serverNow) }
  }

  func lastKnown(_ objects: [FluxObject]) -> [Judged<FluxObject>] {
    objects.map { unknown($0, lastSeen.fluxTimes[$0.resource.kind] ?? serverNow) }
  }

  private func unknown<Value>(_ value: Value, _ at: Timestamp) -> Judged<Value> {
    Judged(
      value: value, verdict: .unknown, status: .unknown, reason: "Stale", message: "last seen at \(at)")
  }
}
