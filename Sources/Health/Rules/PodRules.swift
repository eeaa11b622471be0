internal import GuardTypes

// Rules for pods that crash, do not start, are not ready or do not end: counts, the worst by name, and
// reported once with their workload if they have one.
extension Evaluation {
  mutating func gatherPods(_ snapshot: Snapshot) {
    unhealthyPods = (snapshot.pods.value?.unhealthy ?? []).filter { $0.resource.deletionTimestamp == nil }
  }

  /// The owners of pods that are reported themselves or that are held back on purpose.
  ///
  /// A problem of pods is about all of its pods, so that one more is no news. `later` has the owners whose pods joined
  /// it: they need a problem of their own.
  mutating func ownersOfReportedPods(_ snapshot: Snapshot) -> (all: Set<Reference>, later: Set<Reference>) {
    guard let census = snapshot.pods.value else { return ([], []) }
    let report = report(census)
    let notReady = report.notReady.filter { !($0.node.map(unhealthyNodes.contains) ?? false) }
    var owners = Set(
      (census.unhealthy.filter { $0.resource.deletionTimestamp != nil } + unhealthyPods.filter(\.isGated))
        .compactMap(\.owner))
    var later: Set<Reference> = []
    for pods in [report.crashLooping, report.pending, notReady] {
      // A pod without an owner stands for itself.
      let ages = Set(pods.map { $0.owner ?? $0.resource.reference }).map {
        ($0, age: watch("pods/owner/\($0.problemPath)"))
      }
      let oldest = ages.map(\.age).max()
      later.formUnion(ages.filter { $0.age != oldest }.map(\.0))
      // The workloads of the cluster itself are named in any case.
      if ages.count > 1 { later.formUnion(ages.map(\.0).filter { $0.namespace == "kube-system" }) }
      owners.formUnion(pods.compactMap(\.owner))
    }
    return (owners, later)
  }

  mutating func judgePods(_ snapshot: Snapshot) {
    if let failure = snapshot.pods.failure {
      report(failure, part: "pods", of: .pods, unread: UnreadPath.all("pods/"))
    }
    guard let census = snapshot.pods.value else { return }
    let found = report(census)
    pods = found
    let now = serverNow
    reportWorst(found.crashLooping, .podsCrashLooping, since: { _ in nil }) {
      $0.restarts < $1.restarts
    }
    // For the other problems, the worst pod is the one with the longest duration.
    func reportLongest(_ all: [Pod], _ problem: WorkloadProblem, since: (Pod) -> Timestamp?) {
      self.reportWorst(all, problem, since: since) { (since($0) ?? now) > (since($1) ?? now) }
    }
    reportLongest(found.pending, .podsPending) { $0.resource.creationTimestamp }
    reportLongest(found.notReady, .podsNotReady) { $0.notReadySince }
    reportLongest(found.terminating, .podsTerminating) {
      $0.resource.deletionTimestamp
    }
    reportLongest(found.failed, .podsFailed) { $0.notReadySince }
  }

  mutating func report(_ census: PodCensus) -> PodReport {
    let now = serverNow
    var crashing: [Pod] = []
    var pending: [Pod] = []
    var notReady: [Pod] = []
    var terminating: [Pod] = []
    var failed: [Pod] = []
    for pod in census.unhealthy {
      if let due = pod.resource.deletionTimestamp {
        // This time already includes the grace period.
        if now - due > .seconds(300) { terminating.append(pod) }
      } else if pod.isCrashLooping(at: now) {
        crashing.append(pod)
      } else if pod.isStuck(at: now) {
        pending.append(pod)
      } else if pod.phase == "Failed" {
        if isReportedByNoOwner(pod) { failed.append(pod) }
      } else if pod.phase == "Running", !pod.isReady,
        elapsed(since: pod.notReadySince, watching: "pods/\(pod.resource.reference.problemPath)/not-ready")
          > .seconds(600)
      {
        notReady.append(pod)
      }
    }
    return PodReport(
      total: census.total, crashLooping: crashing, pending: pending, notReady: notReady,
      terminating: terminating, failed: failed)
  }

  /// True if no other object reports the failed pod: controllers replace failed pods, and Jobs report their own failure
  /// if they can be read.
  private func isReportedByNoOwner(_ pod: Pod) -> Bool {
    // A pod of `kubectl run` or `kubectl debug` that a person ended (SIGINT, SIGTERM), or a shell on a node.
    guard let owner = pod.owner else {
      return pod.failure != nil
        || !pod.resource.name.hasPrefix("node-debugger-")
          && !["exit code 130", "exit code 143"].contains { pod.lastEnd?.hasSuffix($0) ?? false }
    }
    guard owner.kind != "Node" else { return true }
    return owner.kind == "Job" && observation.snapshot?.jobs.value == nil
  }

  private mutating func reportWorst(
    _ all: [Pod], _ problem: WorkloadProblem, since: (Pod) -> Timestamp?,
    isLess: (Pod, Pod) -> Bool
  ) {
    let unreported = all.filter { pod in
      !reportedPods.contains(pod.resource.reference) && !(pod.node.map(unhealthyNodes.contains) ?? false)
    }
    guard let worst = unreported.max(by: isLess) else { return }
    let name = "\(worst.resource.namespace)/\(worst.resource.name)"
    let pods = unreported.count == 1 ? "pod \(name) is" : "\(unreported.count) pods (worst: \(name)) are"
    report(
      .workload(problem), ["pods": pods], subject: "pods", detail: worst.stateText, since: since(worst),
      step: step(worst))
  }

  func step(_ pod: Pod) -> NextStep {
    guard let name = pod.resource.name.argumentWord, let namespace = pod.resource.namespace.argumentWord
    else {
      return .byHand()
    }
    let pods = "-n \(namespace)"
    if pod.resource.deletionTimestamp != nil {
      return NextStep(
        command: kubectl("\(pods) describe pod \(name)"),
        note: "look at its finalizers, and at the kubelet of its node")
    }
    if pod.phase == "Failed" {
      // The log of a pod that the kubelet evicted does not have the reason, and may be gone with its containers.
      return NextStep(
        command: pod.failure == nil
          ? kubectl("\(pods) logs \(name) --all-containers") : kubectl("\(pods) describe pod \(name)"))
    }
    // A container that never ran has no log.
    return NextStep(
      command: pod.isCrashLooping(at: serverNow) && !pod.isUnstartable
        ? kubectl(
          "\(pods) logs \(name) \(pod.container.map { "-c \($0.name.shellWord)" } ?? "--all-containers") --previous"
        )
        : kubectl("\(pods) describe pod \(name)"))
  }
}

extension Pod {
  /// True if a container waits for its next start, or was restarted often and recently and is not ready or only for a
  /// short time.
  func isCrashLooping(at now: Timestamp) -> Bool {
    if waitingReason == "CrashLoopBackOff" { return true }
    // While init containers run, the phase is Pending. A container that was lost with its node did not crash.
    guard ["Running", "Pending"].contains(phase), reportedRestarts >= Pod.manyRestarts, !isLostWithNode
    else { return false }
    if let lastRun, lastRun > Pod.rareRestart { return false }
    guard isReady else { return lastEndTime.map { now - $0 < .seconds(3600) } ?? true }
    return lastEndTime.map { now - $0 < timeLimit(after: $0) } ?? false
  }

  /// The restarts of the container that the pod's state is about.
  private var reportedRestarts: Int { container?.restarts ?? restarts }

  /// True if the runtime found the container ended when it started again, as after a reboot (kubelet, kuberuntime).
  private var isLostWithNode: Bool { lastEnd?.hasPrefix("Unknown") ?? false }

  /// Restarts that are rarer do not count, for example those of upgrades.
  private static let rareRestart: Duration = .seconds(6 * 3600)

  /// How long a pod that is ready again counts as restarting: three times its time between restarts, and after 20 of
  /// them at least an hour, so that regular restarts are one problem. That time is how long it ran last, if that is
  /// known, or else its average.
  private func timeLimit(after last: Timestamp) -> Duration {
    let least = Duration.seconds(600)
    guard let made = resource.creationTimestamp, last > made else { return least }
    let interval = lastRun ?? (last - made) / max(1, reportedRestarts)
    guard interval <= Pod.rareRestart else { return least }
    return reportedRestarts >= 20
      ? max(.seconds(3600), interval * 2) : max(least, min(interval * 3, .seconds(3600)))
  }

  /// True if the pod crashes or cannot start: it has waited for a node for two minutes, or has pulled its images and run
  /// its init containers for ten.
  func isStuck(at now: Timestamp) -> Bool {
    if isCrashLooping(at: now) { return true }
    let isStarting = node != nil && phase == "Pending" && (initializing != nil || isPreparing)
    guard let made = resource.creationTimestamp, now - made > .seconds(isStarting ? 600 : 120) else {
      return false
    }
    if ["Succeeded", "Failed"].contains(phase) { return false }
    if isGated { return false }
    // A pod without a status is read as phase Unknown.
    return phase != "Running" || waitingReason.map { !Pod.preparations.contains($0) } ?? false
  }

  /// True if its scheduling gates hold it back on purpose, for example until a queue admits it.
  var isGated: Bool { resource.conditions["PodScheduled"]?.reason == "SchedulingGated" }

  /// The time since which it is not ready; nil if it is ready or reports no time.
  var notReadySince: Timestamp? {
    resource.conditions["Ready"].flatMap { $0.status == .isTrue ? nil : $0.lastTransitionTime }
  }

  /// For example `pod web-1: CrashLoopBackOff, 12 restarts, last OOMKilled`.
  public var stateText: String {
    let scheduled = resource.conditions["PodScheduled"].flatMap { $0.status == .isTrue ? nil : $0 }
    let state = resource.deletionTimestamp == nil ? phase : "Terminating"
    let running = initializing.map { initializing in
      "init container \(initializing.container) has been running"
        + (initializing.since.map { " since \($0)" } ?? "")
    }
    var parts = [
      waitingReason ?? scheduled?.reason ?? (phase == "Failed" ? failure : nil)
        ?? (phase == "Pending" && resource.deletionTimestamp == nil ? running : nil) ?? state
    ]
    let restarts = reportedRestarts
    if let container, waitingReason != nil || restarts > 0 { parts.append("container \(container.name)") }
    if restarts > 0 { parts.append("\(restarts) restart\(restarts == 1 ? "" : "s")") }
    if let lastEnd { parts.append("last \(lastEnd)") }
    if resource.deletionTimestamp != nil, !resource.finalizers.isEmpty {
      parts.append("finalizers: \(resource.finalizers.joined(separator: ", "))")
    }
    // For example ReadinessGatesNotReady, or the names of the containers that are not ready.
    let unready =
      phase == "Running" && !isReady && resource.deletionTimestamp == nil
      ? resource.conditions["Ready"].flatMap { $0.status == .isTrue ? nil : $0 } : nil
    let why = unready.map { [$0.reason, $0.message].filter { !$0.isEmpty }.joined(separator: ": ") }
    // The message of CrashLoopBackOff is only the time until the next start.
    let ended = waitingReason == nil || waitingReason == "CrashLoopBackOff" ? lastEndMessage : nil
    let message = failureMessage ?? scheduled?.message ?? ended ?? waitingMessage ?? why ?? ""
    return "pod \(resource.name): \(parts.joined(separator: ", "))" + (message.isEmpty ? "" : ": \(message)")
  }
}
