extension Judgement {
  /// The workloads of the platform itself, and those that are expected by name.
  func shownWorkloads(_ snapshot: Snapshot) -> [Workload] {
    let namespaces: Set = [expectations.fluxNamespace, "cert-manager", "cloudflared"]
    return (snapshot.workloads.value ?? []).filter {
      namespaces.contains($0.resource.namespace) || expectations.workloads.contains($0.resource.expectedName)
    }
  }

  mutating func judgeWorkloads(_ snapshot: Snapshot) {
    if let failure = snapshot.workloads.failure { report(failure, part: "workloads") }
    guard let all = snapshot.workloads.value else { return }
    for workload in shownWorkloads(snapshot) { workloads.append(judge(workload)) }
    for name in expectations.workloads where !all.contains(where: { $0.resource.expectedName == name }) {
      report(
        "workload/\(name)/missing", .critical, subject: "workload \(name)",
        title: "workload \(name) is missing",
        detail: "no Deployment, StatefulSet or DaemonSet of that name",
        remedy: kubectl("-n \(name.namespace) get deployments,statefulsets,daemonsets"))
    }
  }

  private mutating func judge(_ workload: Workload) -> Judged<Workload> {
    let resource = workload.resource
    let (status, reason, message) = KStatus.compute(workload)
    let isExpected = expectations.workloads.contains(resource.expectedName)
    let since = resource.conditions["Available"]?.lastTransitionTime
    var verdict = Verdict.healthy
    if status != .current, status != .terminating {
      // A rollout that still has replicas to serve is no alarm.
      let isServing = workload.available > 0 && status == .inProgress
      let severity: Problem.Severity = isExpected && !isServing ? .critical : .warning
      verdict = severity == .critical ? .critical : .degraded
      report(
        "workload/\(resource.expectedName)/\(resource.kind.lowercased())", severity,
        subject: resource.reference.description,
        title: "\(resource.reference) has \(workload.available) of \(workload.desired) available",
        detail: "\(reason): \(message)", since: since,
        remedy: kubectl("-n \(resource.namespace) describe \(resource.kind.lowercased()) \(resource.name)"))
    }
    return Judged(
      value: workload, verdict: verdict, status: status, reason: reason, message: redacted(message),
      since: since)
  }

  mutating func judgeCertificates(_ snapshot: Snapshot) {
    if let failure = snapshot.certificates.failure { report(failure, part: "certificates") }
    for certificate in snapshot.certificates.value ?? [] { certificates.append(judge(certificate)) }
  }

  private mutating func judge(_ certificate: Certificate) -> Judged<Certificate> {
    let resource = certificate.resource
    let (status, decisive) = KStatus.compute(resource)
    let ready = resource.conditions["Ready"] ?? decisive
    let path = "certificate/\(resource.namespace)/\(resource.name)"
    let look = kubectl("-n \(resource.namespace) describe certificate \(resource.name)")
    var verdict = Verdict.healthy
    if let end = certificate.notAfter, end - serverNow < .seconds(7 * 86_400) {
      let isOver = end <= serverNow
      verdict = isOver ? .critical : .degraded
      report(
        "\(path)/\(isOver ? "expired" : "expiring")", isOver ? .critical : .warning,
        subject: resource.reference.description,
        title: isOver
          ? "\(resource.reference) expired"
          : "\(resource.reference) ends in \((end - serverNow).humanDuration)",
        detail: "it ends at \(end)", remedy: look)
    } else if ready?.status == .isFalse {
      verdict = .degraded
      report(
        "\(path)/not-ready", .warning, subject: resource.reference.description,
        title: "\(resource.reference) is not ready",
        detail: "\(ready?.reason ?? ""): \(ready?.message ?? "")", since: ready?.lastTransitionTime,
        remedy: look)
    }
    return Judged(
      value: certificate, verdict: verdict, status: status, reason: ready?.reason ?? "",
      message: redacted(ready?.message ?? ""), since: ready?.lastTransitionTime)
  }

  mutating func judgeStacks(_ snapshot: Snapshot) {
    if let failure = snapshot.stacks.failure { report(failure, part: "stacks") }
    for stack in snapshot.stacks.value ?? [] { stacks.append(judge(stack)) }
  }

  private mutating func judge(_ stack: Stack) -> Judged<Stack> {
    let resource = stack.resource
    let (status, decisive) = KStatus.compute(resource)
    let ready = resource.conditions["Ready"] ?? decisive
    let stalled = resource.conditions["Stalled"].flatMap { $0.status == .isTrue ? $0 : nil }
    let isRetrying = resource.conditions["Reconciling"]?.reason == "RetryingAfterFailure"
    var verdict = Verdict.healthy
    if stalled != nil || isRetrying || stack.lastUpdateState == "failed" {
      verdict = .degraded
      report(
        "stack/\(resource.namespace)/\(resource.name)/failed", .warning,
        subject: resource.reference.description,
        title: "\(resource.reference) failed its last update",
        detail: stalled?.message ?? ready?.message ?? "",
        since: stack.lastUpdateTime,
        remedy: kubectl("-n \(resource.namespace) describe stack \(resource.name)"))
    }
    return Judged(
      value: stack, verdict: verdict, status: status, reason: ready?.reason ?? "",
      message: redacted(ready?.message ?? ""), since: ready?.lastTransitionTime)
  }

  mutating func judgeSecrets(_ snapshot: Snapshot) {
    if let failure = snapshot.secrets.failure { report(failure, part: "secrets") }
    secrets = snapshot.secrets.value ?? []
    for secret in secrets where !secret.isPresent {
      report(
        "secret/\(secret.namespace)/\(secret.name)/missing", .critical,
        subject: "secret \(secret.namespace)/\(secret.name)",
        title: "secret \(secret.namespace)/\(secret.name) is missing",
        remedy: "restore it from its source; \(kubectl("-n \(secret.namespace) get secrets"))")
    }
  }
}

extension Resource {
  fileprivate var expectedName: Expectations.Name { Expectations.Name(namespace: namespace, name: name) }
}
