extension Judgement {
  mutating func judgeImages(_ snapshot: Snapshot) {
    for part in [
      ("image repositories", snapshot.imageRepositories.failure),
      ("image policies", snapshot.imagePolicies.failure),
      ("image automations", snapshot.imageUpdateAutomations.failure),
    ] {
      if let failure = part.1 { report(failure, part: part.0) }
    }
    for repository in snapshot.imageRepositories.value ?? [] { repositories.append(judge(repository)) }
    for automation in snapshot.imageUpdateAutomations.value ?? [] { automations.append(judge(automation)) }
    for policy in snapshot.imagePolicies.value ?? [] { policies.append(judge(policy, snapshot)) }
  }

  private mutating func judge(_ repository: ImageRepository) -> Judged<ImageRepository> {
    let resource = repository.resource
    let path = "image/repository/\(resource.namespace)/\(resource.name)"
    let subject = resource.reference.description
    let look = kubectl("-n \(resource.namespace) describe imagerepository \(resource.name)")
    if let verdict = judgeCommon(resource, isSuspended: repository.isSuspended, path: path, look: look) {
      return judged(repository, resource, verdict)
    }
    // scanTime moves with every scan, so an old one means that nobody scans.
    if let scanned = repository.lastScanTime, let interval = repository.interval,
      serverNow - scanned > interval * 3 + .seconds(60)
    {
      report(
        "\(path)/scan-overdue", .warning, subject: subject,
        title: "\(subject) was not scanned for \((serverNow - scanned).humanDuration)", since: scanned,
        remedy: look)
      return judged(repository, resource, .degraded)
    }
    return judged(repository, resource, .healthy)
  }

  private mutating func judge(_ automation: ImageUpdateAutomation) -> Judged<ImageUpdateAutomation> {
    let resource = automation.resource
    let path = "image/automation/\(resource.namespace)/\(resource.name)"
    let subject = resource.reference.description
    let look = kubectl("-n \(resource.namespace) describe imageupdateautomation \(resource.name)")
    if let verdict = judgeCommon(resource, isSuspended: automation.isSuspended, path: path, look: look) {
      return judged(automation, resource, verdict)
    }
    if let run = automation.lastRunTime, let interval = automation.interval,
      serverNow - run > interval * 3 + .seconds(60)
    {
      report(
        "\(path)/overdue", .warning, subject: subject,
        title: "\(subject) did not run for \((serverNow - run).humanDuration)", since: run, remedy: look)
      return judged(automation, resource, .degraded)
    }
    return judged(automation, resource, .healthy)
  }

  private mutating func judge(_ policy: ImagePolicy, _ snapshot: Snapshot) -> ImagePolicyReport {
    let resource = policy.resource
    let path = "image/policy/\(resource.namespace)/\(resource.name)"
    let subject = resource.reference.description
    let look = kubectl("-n \(resource.namespace) describe imagepolicy \(resource.name)")
    let running = running(policy, snapshot)
    let behind = policy.latestImage.flatMap { latest in
      running.map { images in images.contains { !Judgement.isSame($0.image, latest) } }
    }
    if let verdict = judgeCommon(resource, isSuspended: policy.isSuspended, path: path, look: look) {
      return ImagePolicyReport(policy: judged(policy, resource, verdict), running: running, isBehind: behind)
    }
    guard behind == true else {
      return ImagePolicyReport(policy: judged(policy, resource, .healthy), running: running, isBehind: behind)
    }
    let automation = (snapshot.imageUpdateAutomations.value ?? []).first {
      // An automation acts on the policies of its own namespace only (flux2#2853).
      $0.resource.namespace == resource.namespace && !$0.isSuspended
    }
    let moved = resource.conditions["Ready"]?.lastTransitionTime
    let grace = (automation?.interval ?? .seconds(900)) * 2
    if automation != nil, let moved, serverNow - moved < grace {
      return ImagePolicyReport(
        policy: judged(policy, resource, .healthy, "RollingOut", "rolling out \(policy.latestImage ?? "")"),
        running: running, isBehind: behind)
    }
    let standstill = self.standstill(policy, automation)
    let old = Set((running ?? []).map(\.image)).filter { !Judgement.isSame($0, policy.latestImage ?? "") }
    report(
      "\(path)/behind", .warning, subject: subject, title: "\(resource.name) runs behind its policy",
      detail:
        "latest \(policy.latestImage ?? ""), running \(old.sorted().joined(separator: ", ")); \(standstill)",
      since: moved,
      remedy: automation.map { flux("get image update \($0.resource.name) -n \($0.resource.namespace)") }
        ?? look)
    return ImagePolicyReport(
      policy: judged(policy, resource, .degraded, "Behind", standstill), running: running, isBehind: behind)
  }

  /// Where the way from the policy to the workload ends, as far as the objects tell.
  private func standstill(_ policy: ImagePolicy, _ automation: ImageUpdateAutomation?) -> String {
    guard let automation else { return "held by hand: no automation covers its namespace" }
    if automation.resource.conditions["Ready"]?.status == .isFalse {
      return "\(automation.resource.reference) fails"
    }
    let seen = automation.observedPolicies?[policy.resource.name]
    if let seen, let latest = policy.latestImage, !Judgement.isSame(seen, latest) {
      return "\(automation.resource.reference) has not taken it up"
    }
    if let pushed = automation.lastPushTime,
      let moved = policy.resource.conditions["Ready"]?.lastTransitionTime,
      pushed < moved
    {
      return "nothing was pushed to Git since the policy moved"
    }
    return "pushed to Git and not applied yet"
  }

  /// nil: the workloads or the repository could not be read.
  private func running(_ policy: ImagePolicy, _ snapshot: Snapshot) -> [ImagePolicyReport.Running]? {
    guard let workloads = snapshot.workloads.value else { return nil }
    let repository = (snapshot.imageRepositories.value ?? []).first {
      $0.resource.name == policy.repository.name && $0.resource.namespace == policy.repository.namespace
    }
    guard let name = (repository?.image ?? policy.latestImage).map({ ImageReference($0).repository }) else {
      return nil
    }
    return workloads.flatMap { workload in
      workload.images.filter { ImageReference($0).repository == name }.map {
        ImagePolicyReport.Running(image: $0, workload: workload.resource.reference.description)
      }
    }
  }

  private static func isSame(_ image: String, _ other: String) -> Bool {
    let (a, b) = (ImageReference(image), ImageReference(other))
    return a.repository == b.repository && (a.tag == b.tag || (a.digest != nil && a.digest == b.digest))
  }

  // MARK: - What all three kinds share

  /// The verdict where suspension or a failure decides; nil where the object is in order so far.
  private mutating func judgeCommon(
    _ resource: Resource, isSuspended: Bool, path: String, look: String
  ) -> Verdict? {
    let subject = resource.reference.description
    if isSuspended {
      report(
        "\(path)/suspended", .warning, subject: subject, title: "\(subject) is suspended",
        remedy: "find out who suspended it and why: \(look)")
      return .degraded
    }
    guard let ready = resource.conditions["Ready"], ready.status == .isFalse else { return nil }
    report(
      "\(path)/failed", .warning, subject: subject, title: "\(subject) fails: \(ready.reason)",
      detail: ready.message,
      since: ready.lastTransitionTime, remedy: look)
    return .degraded
  }

  private func judged<Value>(
    _ value: Value, _ resource: Resource, _ verdict: Verdict, _ reason: String? = nil,
    _ message: String? = nil
  ) -> Judged<Value> {
    let (status, decisive) = KStatus.compute(resource)
    let shown = resource.conditions["Ready"] ?? decisive
    return Judged(
      value: value, verdict: verdict, status: status, reason: reason ?? shown?.reason ?? "",
      message: redacted(message ?? shown?.message ?? ""), since: shown?.lastTransitionTime)
  }
}
