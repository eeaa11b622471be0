internal import GuardTypes

extension Evaluation {
  /// The workloads of the platform itself and those that are expected by name.
  func shown(_ workloads: [Workload]) -> [Workload] {
    let namespaces: Set = [expectations.fluxNamespace, "cert-manager", "cloudflared"]
    return workloads.filter {
      namespaces.contains($0.resource.namespace) || expectations.workloads.contains($0.resource.expectedName)
    }
  }

  mutating func judgeWorkloads(_ snapshot: Snapshot) {
    reportUnreadWorkloads(snapshot)
    guard let all = snapshot.workloads.value else { return restoreWorkloads() }
    for workload in lastSeen.workloads?.value ?? all {
      if let manager = workload.manager { managers[workload.resource.reference] = manager }
    }
    let platform = shown(all)
    for workload in platform { workloads.append(judge(workload)) }
    let own = Set(platform.map(\.resource.reference))
    let explained = ownersOfReportedPods(snapshot)
    for workload in all where !own.contains(workload.resource.reference) {
      guard let faultDuration = durationOfFault(of: workload, explained: explained) else { continue }
      let judged = judge(workload, faultDuration: faultDuration)
      if judged.verdict != .healthy { workloads.append(judged) }
    }
    let failed = snapshot.failedWorkloadKinds
    let unread = (lastSeen.workloads?.value ?? []).filter { failed[$0.resource.kind] != nil }
    retainBrokenWorkloads(unread)
    workloads += lastKnown(shown(unread), at: lastSeen.workloads?.at)
    let hidden = unreadable(lastSeen.workloads)
    retainBrokenWorkloads(hidden.map(\.value))
    let shownHidden = Set(shown(hidden.map(\.value)).map(\.resource.reference))
    workloads += hidden.filter { shownHidden.contains($0.value.resource.reference) }
    for name in expectations.workloads where !all.contains(where: { $0.resource.expectedName == name }) {
      // It may be of a kind that cannot be listed, or an undecodable object.
      guard failed.isEmpty, !Evaluation.workloadKinds.contains(where: { isUnreadable(name.reference($0)) })
      else {
        continue
      }
      report(
        .workload(.missing), ["namespace": name.namespace, "name": name.name], subject: "workload \(name)",
        detail: "there is no Deployment, StatefulSet or DaemonSet of that name")
    }
  }

  /// An unreadable workload that had a problem still counts as the cause of what that problem explained.
  mutating func retainBrokenWorkloads(_ unread: [Workload]) {
    brokenWorkloads += unread.filter { history.firstSeen["\(cluster)/\($0.problemPath)"] != nil }
  }

  /// How long a workload of any namespace has had a fault that its pods do not explain; nil if that is less than ten
  /// minutes. Such faults are: a quota or a webhook rejects its pods, its rollout exceeds the deadline, pods are
  /// missing, or it does not terminate.
  ///
  /// - Parameter explained: the owners of pods that are reported or end within their grace period. A workload that is
  ///   already reported stays so while its pods come and go.
  private mutating func durationOfFault(
    of workload: Workload, explained: (all: Set<Reference>, later: Set<Reference>)
  ) -> Duration? {
    let resource = workload.resource
    let reported = history.firstSeen["\(cluster)/\(workload.problemPath)"]
    if resource.deletionTimestamp != nil {
      return reported == nil && explained.all.contains(resource.reference) ? nil : terminating(resource)
    }
    guard workload.desired > 0 else { return nil }
    let status = KStatus.compute(workload)
    let late = status.status == .failed ? resource.conditions.first { $0.reason == status.reason } : nil
    let isUnobserved = status.reason == "LatestGenerationNotObserved"
    // A pod that is ready becomes available after minReadySeconds. Pods that are not listed may explain missing ones.
    let served = max(workload.available, workload.ready)
    let isShort = served == 0 || served < workload.desired && observation.snapshot?.pods.value != nil
    guard workload.refusal != nil || late != nil || isUnobserved || isShort else { return nil }
    if let reported { return now - reported }
    let isExplained =
      explained.all.contains(resource.reference)
      && !explained.later.contains(resource.reference)
    guard !isExplained,
      !isExplainedByNodes(workload, podsOnUnhealthyNodes(workload))
    else { return nil }
    let available = resource.conditions["Available"].flatMap { $0.status == .isTrue ? nil : $0 }
    let since = [workload.refusal, late, workload.available == 0 ? available : nil]
      .compactMap { $0?.lastTransitionTime }.min()
    // Progress of the rollout restarts the ten minutes.
    let path = "\(workload.problemPath)/down/\(workload.updated)"
    let faultDuration = elapsed(since: since, watching: path)
    return faultDuration > .seconds(600) ? faultDuration : nil
  }

  /// The pods on nodes that do not work, also those that their node cannot end.
  private func podsOnUnhealthyNodes(_ workload: Workload) -> [Pod] {
    (observation.snapshot?.pods.value?.unhealthy ?? []).filter {
      $0.owner == workload.resource.reference && $0.phase != "Failed"
        && ($0.node.map(unhealthyNodes.contains) ?? false)
    }
  }

  /// True if nodes that do not work are the reason for all pods that the workload lacks. They are not if its pods are
  /// refused, or if its rollout was too late before the nodes were lost.
  private func isExplainedByNodes(_ workload: Workload, _ pods: [Pod]) -> Bool {
    guard !pods.isEmpty, pods.allSatisfy({ $0.node.map(unhealthyNodes.contains) ?? false }),
      pods.count >= workload.desired - workload.available, workload.refusal == nil
    else { return false }
    let late = workload.resource.conditions.first { $0.reason == "ProgressDeadlineExceeded" }
    guard let late = late?.lastTransitionTime else { return true }
    let used = Set(pods.compactMap(\.node))
    let lost = nodes.filter { used.contains($0.node.name) }
      .compactMap { $0.node.resource.conditions["Ready"]?.lastTransitionTime }
    return lost.min().map { late >= $0 } ?? true
  }

  static let workloadKinds = ["Deployment", "StatefulSet", "DaemonSet"]

  /// Each kind is reported separately, because the other kinds are known.
  private mutating func reportUnreadWorkloads(_ snapshot: Snapshot) {
    var failures = snapshot.failedWorkloadKinds
    if let failure = snapshot.workloads.failure, Set(failures.values).count < 2 {
      failures = ["workloads": failure]
    }
    for (kind, failure) in failures.sorted(by: { $0.key < $1.key }) {
      // Only workloads show whether an image runs and whether the Flux controllers work.
      var unread = [UnreadPath(beginning: "image/policy/", word: "behind")]
      unread +=
        kind == "workloads"
        ? UnreadPath.all("workload/")
        : [kind.lowercased(), "missing"].map { UnreadPath(beginning: "workload/", word: $0) }
      if kind == "workloads" || kind == "Deployment" {
        unread += UnreadPath.all("flux/controller", "flux/version", "lease/leader/")
      }
      report(failure, part: kind, of: .workload, unread: unread)
    }
  }

  /// - Parameter faultDuration: for how long it has had a fault, if that is known.
  private mutating func judge(_ workload: Workload, faultDuration: Duration? = nil) -> Judged<Workload> {
    let resource = workload.resource
    let (status, reason, message) = KStatus.compute(workload)
    let available = resource.conditions["Available"]
    let unavailableSince = available.flatMap { $0.status == .isTrue ? nil : $0.lastTransitionTime }
    func judged(_ verdict: Verdict, since: Timestamp?) -> Judged<Workload> {
      Judged(
        value: workload, verdict: verdict, status: status, reason: reason, message: message,
        since: since)
    }
    let pods = unhealthyPods.filter { $0.owner == resource.reference }
    guard let problem = problemText(workload, status, reason, pods, faultDuration) else {
      return judged(.healthy, since: unavailableSince ?? available?.lastTransitionTime)
    }
    let since = problem.since ?? unavailableSince ?? faultDuration.map { serverNow - $0 }
    let isWanted = expectations.workloads.contains(resource.expectedName) || isFluxController(workload)
    let isServing = workload.available > 0 && status == .inProgress
    let severity: Problem.Severity = isWanted && !isServing ? .critical : .warning
    let verdict: Verdict = severity == .critical ? .critical : .degraded
    // If all missing pods are on nodes that do not work, the nodes are the problem.
    if isExplainedByNodes(workload, pods) {
      return judged(verdict, since: since)
    }
    let worst =
      pods.filter { $0.isStuck(at: serverNow) }.max { $0.restarts < $1.restarts }
      ?? rejectedPods(of: workload, among: pods).max {
        ($0.resource.creationTimestamp?.milliseconds ?? 0)
          < ($1.resource.creationTimestamp?.milliseconds ?? 0)
      }
    reportedPods.formUnion(pods.map(\.resource.reference))
    brokenWorkloads.append(workload)
    // The ReplicaSet cannot create pods, for example because of a quota, an admission webhook or a missing
    // ServiceAccount.
    let refusal = workload.refusal
    let details =
      ["\(reason): \(message)", problem.isCounted ? nil : counts(workload)]
      + [refusal.map { "\($0.reason): \($0.message)" }, worst?.stateText]
    report(
      .workload(.unavailable), resource.facts.merging(["state": problem.title]) { $1 },
      subject: resource.reference.description, detail: details.compactMap(\.self).joined(separator: "; "),
      since: since, severity: severity, step: worst.map(step) ?? problem.note.map { step(resource, $0) })
    return judged(verdict, since: since)
  }

  /// Pods that the kubelet rejected or evicted are replaced, again and again if the reason stays. Old ones are left in the
  /// list, and say nothing about the present.
  private func rejectedPods(of workload: Workload, among pods: [Pod]) -> [Pod] {
    guard workload.refusal == nil, pods.allSatisfy({ $0.phase == "Failed" }) else { return [] }
    return pods.filter { pod in
      pod.failure != nil && pod.resource.creationTimestamp.map { serverNow - $0 < .seconds(3600) } ?? false
    }
  }

  /// The texts of a workload's problem.
  private struct WorkloadProblemText {
    let title: String
    /// True if the title contains the number of available pods.
    var isCounted = true
    /// The start time that the workload itself reports, if any.
    var since: Timestamp? = nil
    /// The next step, if it is not the workload's events.
    var note: String? = nil
  }

  private func step(_ resource: Resource, _ note: String) -> NextStep {
    guard let name = resource.name.argumentWord, let namespace = resource.namespace.argumentWord else {
      return .byHand(note)
    }
    return NextStep(
      command: kubectl("-n \(namespace) describe \(resource.kind.lowercased()) \(name)"), note: note)
  }

  private func counts(_ workload: Workload) -> String {
    "\(workload.available) of \(workload.desired) available"
  }

  /// The workload's problem; nil for a rollout that is available and within its time limit.
  private mutating func problemText(
    _ workload: Workload, _ status: ObjectStatus, _ reason: String, _ pods: [Pod],
    _ faultDuration: Duration?
  ) -> WorkloadProblemText? {
    let resource = workload.resource
    let countText = WorkloadProblemText(title: "has \(counts(workload))")
    let isDaemonSet = resource.kind == "DaemonSet"
    if let deleted = resource.deletionTimestamp {
      if let time = terminating(resource) {
        return WorkloadProblemText(
          title: "has been terminating for \(time.humanDuration)", isCounted: false, since: deleted)
      }
      // A workload that is recreated may be without pods for as long as a rollout may take.
      let deleting = elapsed(since: deleted, watching: "\(workload.problemPath)/deleting")
      return workload.available == 0 && workload.desired > 0 && deleting > .seconds(180) ? countText : nil
    }
    if isDaemonSet, workload.desired == 0, workload.isDesiredKnown, status != .inProgress,
      expectations.workloads.contains(resource.expectedName)
    {
      return WorkloadProblemText(
        title: "matches no node", isCounted: false,
        note: "compare its nodeSelector, affinity and tolerations with the nodes' labels and taints")
    }
    if workload.desired == 0, !isDaemonSet {
      let isWanted = expectations.workloads.contains(resource.expectedName) || isFluxController(workload)
      return isWanted ? WorkloadProblemText(title: "is scaled to zero") : nil
    }
    switch status {
    case .failed where workload.available == 0: return countText
    case .failed:
      let late = resource.conditions.first { $0.reason == reason }
      return WorkloadProblemText(
        title: "does not roll out: \(reason)", isCounted: false, since: late?.lastTransitionTime)
    case .terminating: return nil
    // Pods of an older revision are replaced manually, which is not a problem. Pods that are not ready are one,
    // although kstatus does not report them.
    case .current where workload.updates == .onDelete && workload.ready < workload.desired: break
    case .inProgress
    where workload.updates == .onDelete && reason == "LessUpdated"
      && min(workload.available, workload.ready) >= workload.desired:
      return nil
    case .current: return nil
    case .inProgress, .unknown: break
    }
    let hasStuckPod = pods.contains { $0.isStuck(at: serverNow) }
    if hasStuckPod || (workload.available == 0 && workload.desired > 0) { return countText }
    if workload.available >= workload.desired, let paused = resource.conditions["Progressing"],
      paused.reason == "DeploymentPaused"
    {
      let path = "workload/\(resource.expectedName)/paused"
      guard elapsed(since: paused.lastTransitionTime, watching: path) > .seconds(180) else { return nil }
      return WorkloadProblemText(
        title: "is paused", isCounted: false, since: paused.lastTransitionTime,
        note: "it does not roll out until spec.paused is removed in Git, or kubectl rollout resume")
    }
    let waited = watch("workload/\(resource.expectedName)/rollout")
    guard faultDuration != nil || waited > .seconds(180) else { return nil }
    return workload.available < workload.desired
      ? countText
      : WorkloadProblemText(
        title: "does not roll out: \(reason)", isCounted: false,
        since: now - skew - max(waited, faultDuration ?? .zero))
  }
}

extension Expectations.Name {
  fileprivate func reference(_ kind: String) -> Reference {
    Reference(kind: kind, namespace: namespace, name: name)
  }
}

extension Workload {
  /// The path of its problem, without the cluster's name.
  var problemPath: String { "workload/\(resource.expectedName)/\(resource.kind.lowercased())" }

  /// The condition of a ReplicaSet that cannot create pods.
  var refusal: Condition? {
    resource.conditions.first { $0.type == "ReplicaFailure" && $0.status == .isTrue }
  }
}

extension Resource {
  var expectedName: Expectations.Name { Expectations.Name(namespace: namespace, name: name) }
}
