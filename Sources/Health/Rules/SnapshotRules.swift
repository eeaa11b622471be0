internal import GuardTypes

// Rules for a whole snapshot. If it is fresh, its parts are judged; if not, the last known state is shown without
// verdicts.
extension Evaluation {
  mutating func judge(_ snapshot: Snapshot) {
    skew = observation.clockSkew
    recordUndecodable(snapshot)
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
    judgeFailedChecks()
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
      if node.resource.conditions["Ready"]?.status != .isTrue { unhealthyNodes.insert(node.name) }
    }
  }

  mutating func restoreWorkloads() {
    guard let seen = lastSeen.workloads else { return }
    for workload in seen.value {
      if let manager = workload.manager { managers[workload.resource.reference] = manager }
    }
    retainBrokenWorkloads(seen.value)
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
      value: value, verdict: .unknown, status: .unknown, reason: Judged<Value>.lastKnown,
      message: "last seen at \(at)")
  }
}

// MARK: - Objects of any kind

// Rules for objects that do not terminate because their finalizers do not complete.
extension Evaluation {
  /// How long the object still exists after its deletion; nil if it is not deleted or is within the time limit.
  func terminating(_ resource: Resource) -> Duration? {
    guard let deleted = resource.deletionTimestamp, serverNow - deleted > .seconds(600) else { return nil }
    return serverNow - deleted
  }

  /// - Parameter facts: values for the placeholders of `code`; nil selects those of the resource.
  /// - Returns: true if a problem was reported.
  mutating func reportTerminating(
    _ resource: Resource, as code: ProblemCode, facts: [String: String]? = nil, rank: Problem.Rank? = nil
  ) -> Bool {
    guard let time = terminating(resource) else { return false }
    let finalizers =
      resource.finalizers.isEmpty ? nil : "finalizers: \(resource.finalizers.joined(separator: ", "))"
    // The controller says there why it cannot finish, for example UninstallFailed.
    let ready = resource.kind == "Node" ? nil : resource.conditions["Ready"]
    let why = ready.flatMap { $0.status == .isFalse ? $0 : nil }.map {
      [$0.reason, $0.message].filter { !$0.isEmpty }.joined(separator: ": ")
    }
    report(
      code, (facts ?? resource.facts).merging(["age": time.humanDuration]) { $1 },
      subject: resource.kind == "Node" ? "node \(resource.name)" : resource.reference.description,
      detail: [why, finalizers].compactMap(\.self).joined(separator: "; "),
      since: resource.deletionTimestamp, rank: rank)
    return true
  }
}

// MARK: - Verdicts of rows

extension Evaluation {
  /// Limits the verdict of each row to that of the worst problem, so that no view shows a fault that others deny. A row
  /// is worse only for a moment, while the cause of its state is not yet a problem.
  mutating func limitRows() {
    guard !problems.contains(where: { $0.severity == .critical }) else { return }
    let worst: Verdict = problems.isEmpty ? .healthy : .degraded
    for index in nodes.indices where nodes[index].verdict.limited(to: worst) != nodes[index].verdict {
      let node = nodes[index]
      nodes[index] = NodeReport(
        node: node.node, verdict: node.verdict.limited(to: worst), status: node.status,
        isExpected: node.isExpected)
    }
    flux.limit(to: worst)
    for index in policies.indices {
      policies[index].policy.verdict = policies[index].policy.verdict.limited(to: worst)
    }
    repositories.limit(to: worst)
    automations.limit(to: worst)
    workloads.limit(to: worst)
    certificates.limit(to: worst)
    stacks.limit(to: worst)
    controllers = controllers.map { controller in
      ControllerReport(
        name: controller.name, verdict: controller.verdict.limited(to: worst),
        distribution: controller.distribution, version: controller.version, desired: controller.desired,
        available: controller.available, renewedAt: controller.renewedAt)
    }
  }
}

extension Verdict {
  fileprivate func limited(to worst: Verdict) -> Verdict {
    switch self {
    case .healthy, .unknown: self
    case .degraded, .critical: worst
    }
  }
}

extension Array {
  // In place, because almost all rows stay as they are.
  fileprivate mutating func limit<Value>(to worst: Verdict) where Element == Judged<Value> {
    for index in indices where self[index].verdict.limited(to: worst) != self[index].verdict {
      self[index].verdict = self[index].verdict.limited(to: worst)
    }
  }
}
