internal import GuardTypes

extension Evaluation {
  /// The STATUS column of `kubectl get nodes` (printers.go, printNode).
  static func statusColumn(_ node: Node) -> String {
    let ready =
      switch node.resource.conditions["Ready"]?.status {
      case .isTrue: "Ready"
      case .isFalse, .unknown: "NotReady"
      case nil: "Unknown"
      }
    return node.isUnschedulable ? "\(ready),SchedulingDisabled" : ready
  }

  mutating func judgeNodes(_ snapshot: Snapshot) {
    if let failure = snapshot.nodes.failure {
      report(failure, part: "nodes", of: .node, unread: UnreadPath.all("node/", "lease/node/"))
      restoreNodes()
    }
    guard let seen = snapshot.nodes.value else { return }
    nodes.reserveCapacity(seen.count)
    for node in seen { nodes.append(judge(node, snapshot)) }
    for resource in undecodableResources(["Node"]) {
      nodes.append(
        NodeReport(
          node: Node(resource: resource), verdict: .unknown, status: "Unknown",
          isExpected: expectations.nodes.isEmpty || expectations.nodes.contains(resource.name)))
    }
    judgeMissing(seen, snapshot)
    for (node, warnings) in Dictionary(grouping: snapshot.certificateWarnings, by: \.node) {
      guard let latest = warnings.max(by: { ($0.at?.milliseconds ?? 0) < ($1.at?.milliseconds ?? 0) }) else {
        continue
      }
      report(.certificatesExpiring, node, detail: latest.message, since: warnings.compactMap(\.at).min())
    }
  }

  /// Expected nodes that the cluster does not have. Without any node, that is one problem instead.
  private mutating func judgeMissing(_ seen: [Node], _ snapshot: Snapshot) {
    let isComplete =
      !snapshot.uncountedKinds.contains("Node") && !snapshot.undecodable.contains { $0.kind == "Node" }
    let hasNone = seen.isEmpty && isComplete && snapshot.isReady != false
    let fields = [
      ("expect.nodes", expectations.nodes.sorted()), ("expect.gpu", expectations.gpus.keys.sorted()),
    ]
    var missing: [String] = []
    for (field, names) in fields {
      for name in names where !seen.contains(where: { $0.name == name }) && !missing.contains(name) {
        guard !isUnreadable(Reference(kind: "Node", namespace: "", name: name)) else { continue }
        missing.append(name)
        unhealthyNodes.insert(name)
        if hasNone {
          keepStart(of: "node/\(name)/missing")
        } else {
          report(.missing, name, detail: "\(field) lists it, and the cluster does not")
        }
      }
    }
    guard hasNone else { return }
    report(
      .node(.noNodes), subject: "nodes",
      detail: "the list of nodes is empty, so no pod can run"
        + (missing.isEmpty ? "" : "; expected: \(missing.joined(separator: ", "))"))
  }

  /// Taints that mean that the node cannot be used, although it is Ready. Those of other conditions, of a cordon
  /// and of administrators are left out.
  private mutating func judgeTaints(_ node: Node) {
    let age = node.resource.creationTimestamp.map { serverNow - $0 } ?? .seconds(86_400)
    let found = node.taints.filter { taint in
      guard taint.effect != "PreferNoSchedule" else { return false }
      switch taint.key {
      case "node.kubernetes.io/out-of-service", "node.cloudprovider.kubernetes.io/shutdown": return true
      // A new node has it until its cloud controller has looked at it.
      case "node.cloudprovider.kubernetes.io/uninitialized": return age > .seconds(300)
      // The node lifecycle controller takes them away when the node is Ready.
      case "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable":
        return watch("node/\(node.name)/taint/\(taint.key)/\(taint.effect)") > .seconds(300)
      default:
        // Network and storage drivers set it until their agent runs on the node, also when that is restarted.
        return taint.key.hasSuffix("/agent-not-ready")
          && watch("node/\(node.name)/taint/\(taint.key)") > .seconds(300)
      }
    }
    guard !found.isEmpty else { return }
    let names = found.map { "\($0.key):\($0.effect)" }.joined(separator: ", ")
    report(
      .tainted, node.name, ["taint": names],
      detail: "it is Ready, and the taint keeps pods away from it until it is removed",
      since: found.compactMap(\.addedAt).min())
  }

  private mutating func judge(_ node: Node, _ snapshot: Snapshot) -> NodeReport {
    let name = node.name
    let before = problems.count
    let isExpected = expectations.nodes.isEmpty || expectations.nodes.contains(name)
    let ready = node.resource.conditions["Ready"]
    if ready?.status != .isTrue {
      unhealthyNodes.insert(name)
      let words = [ready?.reason, ready?.message].compactMap { $0 }.filter { !$0.isEmpty }.joined(
        separator: ": ")
      report(
        .notReady, name, detail: words.isEmpty ? "it has no Ready condition" : words,
        since: ready?.lastTransitionTime)
    } else {
      if judgeLease(node) { unhealthyNodes.insert(name) }
      judgeGPU(node)
      judgeDevices(node)
      judgeTaints(node)
    }
    if node.isUnschedulable {
      report(.cordoned, name, detail: "no new pods are scheduled on it")
    }
    judgeConditions(node)
    _ = reportTerminating(node.resource, as: .node(.terminating), facts: ["node": name])
    if !isExpected {
      report(.unexpected, name, detail: "expect.nodes does not list it")
    }
    judgeSkew(node, snapshot)
    let mine = problems[before...]
    let verdict: Verdict =
      mine.contains { $0.severity == .critical } ? .critical : mine.isEmpty ? .healthy : .degraded
    return NodeReport(
      node: node, verdict: verdict, status: Evaluation.statusColumn(node), isExpected: isExpected)
  }

  /// The kubelet renews its Lease every 10 s; the controller sets NotReady only after 40 to 50 s.
  ///
  /// - Returns: true if the kubelet has stopped.
  private mutating func judgeLease(_ node: Node) -> Bool {
    guard let renewed = node.leaseRenewTime else { return false }
    let lease = Reference(kind: "Lease", namespace: "kube-node-lease", name: node.name)
    let still = stillFor(lease, renewed)
    guard still > .seconds(30) else { return false }
    report(
      .leaseStale, node.name,
      detail: "last renewed \((serverNow - renewed).humanDuration) ago, where every 10s is usual; "
        + "the cluster will call it NotReady soon",
      since: renewed)
    return true
  }

  private mutating func judgeGPU(_ node: Node) {
    let offered = node.allocatableGPUs ?? 0
    let wanted = expectations.gpus[node.name]
    let built = node.builtInGPUs(isExpected: wanted != nil)
    // An expectation is a minimum. A GPU that the node has and does not offer is lost in any case.
    let missed = wanted.flatMap { offered < $0 ? $0 : nil }
    guard let count = missed ?? (offered < built ? built : nil) else { return }
    report(
      .gpuLost, node.name,
      ["offered": "\(offered)", "wanted": "\(count)", "tool": node.toolForGPUs],
      detail: (node.capacityGPUs ?? 0) >= count
        ? "its capacity is \(node.capacityGPUs ?? 0): the device plugin is not running, or reports a GPU as unhealthy"
        : missed == nil
          ? "its labels count \(built), and its capacity is \(node.capacityGPUs ?? 0): "
            + ((node.capacityGPUs ?? 0) == 0 ? "the device plugin is not running" : "a GPU has failed")
          : (node.capacityGPUs ?? 0) == 0
            ? "it has no capacity for GPUs either: the driver is likely down"
            : "its capacity is \(node.capacityGPUs ?? 0): a GPU has failed, or expect.gpu is too high",
      severity: missed == nil ? .warning : .critical)
  }

  private mutating func judgeDevices(_ node: Node) {
    guard !node.lostDevices.isEmpty else { return }
    let devices = node.lostDevices.map { device in
      "\(device.lost.map { "\($0) of " } ?? "")\(device.capacity) \(device.resource)"
    }
    report(
      .devicesLost, node.name, ["devices": devices.prefix(3).joined(separator: ", ")],
      detail:
        "not allocatable: \(devices.joined(separator: ", ")): the device plugin is not running, or reports them as unhealthy"
    )
  }

  /// A kubelet may be up to three minor versions older than its server, but never newer (version skew policy).
  private mutating func judgeSkew(_ node: Node, _ snapshot: Snapshot) {
    guard let server = snapshot.version.flatMap(Evaluation.minor),
      let kubelet = Evaluation.minor(node.kubeletVersion),
      kubelet > server || server - kubelet > 3
    else { return }
    report(
      .versionSkew, node.name, ["version": node.kubeletVersion, "server": snapshot.version ?? ""],
      detail: "a kubelet may be up to three minor releases older than its server, and never newer")
  }

  mutating func report(
    _ problem: NodeProblem, _ node: String, _ facts: [String: String] = [:], detail: String,
    since: Timestamp? = nil, severity: Problem.Severity? = nil, step: NextStep? = nil
  ) {
    report(
      .node(problem), facts.merging(["node": node]) { $1 }, subject: "node \(node)", detail: detail,
      since: since, severity: severity, step: step)
  }

  /// nil if the text is not a version: nodes can report any text.
  private static func minor(_ version: String) -> Int? {
    let parts = version.split(separator: ".")
    guard parts.count > 1, (1...4).contains(parts[1].utf8.count),
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int(parts[1])
  }
}

extension Node {
  /// The tool that shows the state of its GPUs, by their vendor.
  fileprivate var toolForGPUs: String {
    if gpuResources.isEmpty, labeledGPUs == nil {
      return "the driver and the device plugin; nvidia-smi for NVIDIA"
    }
    let isNVIDIA = labeledGPUs != nil || gpuResources.contains { $0.hasPrefix("nvidia.com/") }
    return isNVIDIA
      ? "nvidia-smi" : "the driver and the device plugin of \(gpuResources.joined(separator: ", "))"
  }

  /// The number of GPUs in the node. Five minutes after a device plugin stops, the kubelet sets the capacity to 0 but
  /// keeps the entry, while the labels of the GPU feature discovery still count them. A shared GPU counts several times
  /// in the capacity.
  ///
  /// - Parameter isExpected: true if guard.yaml says how many are to be used, so that the labels do not count beside a
  ///   capacity.
  func builtInGPUs(isExpected: Bool) -> Int {
    guard let capacityGPUs else { return 0 }
    return isExpected && capacityGPUs > 0 ? capacityGPUs : max(capacityGPUs, labeledGPUs ?? 0)
  }
}
