extension Judgement {
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
    if let failure = snapshot.nodes.failure { report(failure, part: "nodes") }
    guard let seen = snapshot.nodes.value else { return }
    for node in seen { nodes.append(judge(node, snapshot)) }
    for name in expectations.nodes where !seen.contains(where: { $0.name == name }) {
      report(
        "node/\(name)/missing", .critical, subject: "node \(name)", title: "node \(name) is missing",
        detail: "the cluster does not list it, and expect.nodes does",
        remedy: "\(kubectl("get nodes")); on \(name): systemctl status k3s-agent")
    }
  }

  private mutating func judge(_ node: Node, _ snapshot: Snapshot) -> NodeReport {
    let name = node.name
    let before = problems.count
    let isExpected = expectations.nodes.isEmpty || expectations.nodes.contains(name)
    let ready = node.resource.conditions["Ready"]
    let describe = kubectl("describe node \(name)")
    if ready?.status != .isTrue {
      let words = [ready?.reason, ready?.message].compactMap { $0 }.filter { !$0.isEmpty }.joined(
        separator: ": ")
      report(
        "node/\(name)/not-ready", .critical, subject: "node \(name)", title: "node \(name) is NotReady",
        detail: words.isEmpty ? "it has no Ready condition" : words, since: ready?.lastTransitionTime,
        remedy: describe)
    } else {
      judgeLease(node)
      judgeGPU(node, describe)
    }
    if node.isUnschedulable {
      report(
        "node/\(name)/cordoned", .warning, subject: "node \(name)", title: "node \(name) is cordoned",
        detail: "nothing new is scheduled there", remedy: describe)
    }
    for condition in node.resource.conditions
    where condition.status == .isTrue
      && (condition.type.hasSuffix("Pressure") || condition.type == "NetworkUnavailable")
    {
      report(
        "node/\(name)/\(condition.type)", .warning, subject: "node \(name)",
        title: "node \(name) has \(condition.type)",
        detail: "\(condition.reason): \(condition.message)", since: condition.lastTransitionTime,
        remedy: describe)
    }
    if !isExpected {
      report(
        "node/\(name)/unexpected", .warning, subject: "node \(name)", title: "node \(name) is not expected",
        detail: "expect.nodes does not list it",
        remedy: "add it to expect.nodes, or find out who joined it: \(describe)")
    }
    judgeSkew(node, snapshot)
    let mine = problems[before...]
    let verdict: Verdict =
      mine.contains { $0.severity == .critical } ? .critical : mine.isEmpty ? .healthy : .degraded
    return NodeReport(
      node: node, verdict: verdict, status: Judgement.statusColumn(node), isExpected: isExpected)
  }

  /// The kubelet renews its Lease every 10 s; the controller says NotReady only after 40 to 50.
  private mutating func judgeLease(_ node: Node) {
    guard let renewed = node.leaseRenewTime, serverNow - renewed > .seconds(60) else { return }
    report(
      "node/\(node.name)/lease-stale", .warning, subject: "node \(node.name)",
      title: "node \(node.name) stopped renewing its lease",
      detail: "last renewed \((serverNow - renewed).humanDuration) ago",
      since: renewed, remedy: kubectl("-n kube-node-lease get lease \(node.name) -o yaml"))
  }

  private mutating func judgeGPU(_ node: Node, _ describe: String) {
    guard let wanted = expectations.gpus[node.name], (node.allocatableGPUs ?? 0) < wanted else { return }
    report(
      "node/\(node.name)/gpu-lost", .critical, subject: "node \(node.name)",
      title: "node \(node.name) offers \(node.allocatableGPUs ?? 0) of \(wanted) GPUs",
      detail: "nvidia.com/gpu in status.allocatable; the device plugin or the driver is likely down",
      remedy: "\(describe); on \(node.name): nvidia-smi")
  }

  /// A kubelet may be up to three minors older than its server, and never newer (version skew policy).
  private mutating func judgeSkew(_ node: Node, _ snapshot: Snapshot) {
    guard let server = snapshot.version.flatMap(Judgement.minor),
      let kubelet = Judgement.minor(node.kubeletVersion),
      kubelet > server || server - kubelet > 3
    else { return }
    report(
      "node/\(node.name)/version-skew", .warning, subject: "node \(node.name)",
      title: "node \(node.name) runs \(node.kubeletVersion) beside a server of \(snapshot.version ?? "")",
      remedy: "upgrade the older of the two: \(kubectl("get nodes"))")
  }

  private static func minor(_ version: String) -> Int? {
    let parts = version.split(separator: ".")
    return parts.count > 1 ? Int(parts[1]) : nil
  }
}
