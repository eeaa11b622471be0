extension Judgement {
  /// The workloads of the platform itself, and those that are expected by name.
  func shown(_ workloads: [Workload]) -> [Workload] {
    let namespaces: Set = [expectations.fluxNamespace, "cert-manager", "cloudflared"]
    return workloads.filter {
      namespaces.contains($0.resource.namespace) || expectations.workloads.contains($0.resource.expectedName)
    }
  }

  mutating func judgeWorkloads(_ snapshot: Snapshot) {
    if let failure = snapshot.workloads.failure {
      report(
        failure, part: "workloads", of: .workload,
        // Whether an image runs is seen by them alone, and so are the controllers of Flux.
        unread: UnreadPath.all("workload/", "flux/controller", "flux/version", "lease/leader/")
          + [UnreadPath(beginning: "image/policy/", word: "behind")])
      rememberWorkloads()
    }
    guard let all = snapshot.workloads.value else { return }
    for workload in all {
      if let manager = workload.manager { managers[workload.resource.reference] = manager }
    }
    for workload in shown(all) { workloads.append(judge(workload)) }
    for name in expectations.workloads where !all.contains(where: { $0.resource.expectedName == name }) {
      report(
        "workload/\(name)/missing", .critical, subject: "workload \(name)",
        title: "workload \(name) is missing",
        detail: "no Deployment, StatefulSet or DaemonSet of that name",
        remedy: kubectl("-n \(name.namespace.shellWord) get deployments,statefulsets,daemonsets"))
    }
  }

  private mutating func judge(_ workload: Workload) -> Judged<Workload> {
    let resource = workload.resource
    let (status, reason, message) = KStatus.compute(workload)
    let available = resource.conditions["Available"]
    let since = available.flatMap { $0.status == .isTrue ? nil : $0.lastTransitionTime }
    func judged(_ verdict: Verdict) -> Judged<Workload> {
      Judged(
        value: workload, verdict: verdict, status: status, reason: reason, message: redacted(message),
        since: since ?? available?.lastTransitionTime)
    }
    let pods = unwellPods.filter { $0.owner == resource.reference }
    guard let title = trouble(workload, status, pods) else { return judged(.healthy) }
    let isWanted = expectations.workloads.contains(resource.expectedName) || isFluxController(workload)
    let isServing = workload.available > 0 && status == .inProgress
    let severity: Problem.Severity = isWanted && !isServing ? .critical : .warning
    let verdict: Verdict = severity == .critical ? .critical : .degraded
    // Where all that is missing is on nodes that are lost, the nodes are the problem.
    if !pods.isEmpty, pods.allSatisfy({ $0.node.map(unwellNodes.contains) ?? false }) {
      return judged(verdict)
    }
    let worst = pods.filter { $0.isStuck(at: serverNow) }.max { $0.restarts < $1.restarts }
    toldPods.formUnion(pods.map(\.resource.reference))
    brokenWorkloads.append(workload)
    report(
      "workload/\(resource.expectedName)/\(resource.kind.lowercased())", severity,
      subject: resource.reference.description, title: "\(resource.reference) \(title)",
      detail: "\(reason): \(message)" + (worst.map { "; \($0.plight)" } ?? ""), since: since,
      remedy: worst.map(remedy)
        ?? kubectl(
          "-n \(resource.namespace.shellWord) describe \(resource.kind.lowercased()) \(resource.name.shellWord)"
        ))
    return judged(verdict)
  }

  /// What is wrong with it; nil for a rollout that serves and has time.
  private mutating func trouble(_ workload: Workload, _ status: ObjectStatus, _ pods: [Pod]) -> String? {
    let resource = workload.resource
    guard status != .terminating else { return nil }
    let isDaemonSet = resource.kind == "DaemonSet"
    if workload.desired == 0, !isDaemonSet {
      let isWanted = expectations.workloads.contains(resource.expectedName) || isFluxController(workload)
      return isWanted ? "is scaled to zero" : nil
    }
    let counts = "has \(workload.available) of \(workload.desired) available"
    switch status {
    case .failed: return counts
    case .current: return nil
    default: break
    }
    if workload.available == 0 || pods.contains(where: { $0.isStuck(at: serverNow) }) { return counts }
    let isLate = watch("workload/\(resource.expectedName)/rollout") > .seconds(180)
    return isLate ? counts : nil
  }
}

extension Resource {
  var expectedName: Expectations.Name { Expectations.Name(namespace: namespace, name: name) }
}
