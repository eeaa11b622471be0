// Pods that crash or do not start: counted, the worst by name, and told once with the workload where there is one.
extension Judgement {
  mutating func gatherPods(_ snapshot: Snapshot) {
    unwellPods = (snapshot.pods.value?.unwell ?? []).filter { $0.resource.deletionTimestamp == nil }
  }

  mutating func judgePods(_ snapshot: Snapshot) {
    if let failure = snapshot.pods.failure {
      report(failure, part: "pods", of: .pods, unread: UnreadPath.all("pods/"))
    }
    guard let census = snapshot.pods.value else { return }
    let found = report(census)
    pods = found
    tell(found.crashLooping, "crash-looping", "crash-loops", "crash-loop") { $0.restarts < $1.restarts }
    let now = serverNow
    tell(found.pending, "pending", "does not start", "do not start") {
      // The one that has waited longest.
      ($0.resource.creationTimestamp ?? now) > ($1.resource.creationTimestamp ?? now)
    }
  }

  func report(_ census: PodCensus) -> PodReport {
    let alive = census.unwell.filter { $0.resource.deletionTimestamp == nil }
    return PodReport(
      total: census.total, crashLooping: alive.filter(\.isCrashLooping),
      pending: alive.filter { !$0.isCrashLooping && $0.isStuck(at: serverNow) })
  }

  private mutating func tell(
    _ all: [Pod], _ word: String, _ one: String, _ many: String, isLess: (Pod, Pod) -> Bool
  ) {
    let untold = all.filter { pod in
      !toldPods.contains(pod.resource.reference) && !(pod.node.map(unwellNodes.contains) ?? false)
    }
    guard let worst = untold.max(by: isLess) else { return }
    let name = "\(worst.resource.namespace)/\(worst.resource.name)"
    report(
      "pods/\(word)", .warning, subject: "pods",
      title: untold.count == 1
        ? "pod \(name) \(one)" : "\(untold.count) pods \(many), the worst is \(name)",
      detail: worst.plight, since: worst.isCrashLooping ? nil : worst.resource.creationTimestamp,
      remedy: remedy(worst))
  }

  func remedy(_ pod: Pod) -> String {
    let (name, pods) = (pod.resource.name.shellWord, "-n \(pod.resource.namespace.shellWord)")
    // A container that never ran has no log.
    return pod.isCrashLooping
      ? kubectl("\(pods) logs \(name) --all-containers --previous")
      : kubectl("\(pods) describe pod \(name)")
  }
}

extension Pod {
  var isCrashLooping: Bool { waitingReason == "CrashLoopBackOff" }

  private static let hopeless: Set = [
    "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError",
    "CreateContainerError", "RunContainerError",
  ]

  /// It crashes, can't start, or has waited for a node and its images for longer than two minutes.
  func isStuck(at now: Timestamp) -> Bool {
    if isCrashLooping { return true }
    guard let made = resource.creationTimestamp, now - made > .seconds(120) else { return false }
    return phase == "Pending" || waitingReason.map(Pod.hopeless.contains) ?? false
  }

  /// `pod web-1: CrashLoopBackOff, 12 restarts, last OOMKilled`
  public var plight: String {
    let scheduled = resource.conditions["PodScheduled"].flatMap { $0.status == .isTrue ? nil : $0 }
    var parts = [waitingReason ?? scheduled?.reason ?? phase]
    if restarts > 0 { parts.append("\(restarts) restart\(restarts == 1 ? "" : "s")") }
    if let lastEnd { parts.append("last \(lastEnd)") }
    let message = waitingMessage ?? scheduled?.message ?? ""
    return "pod \(resource.name): \(parts.joined(separator: ", "))" + (message.isEmpty ? "" : ": \(message)")
  }
}
