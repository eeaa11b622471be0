internal import GuardTypes

extension Evaluation {
  mutating func judgeImages(_ snapshot: Snapshot) {
    for (part, failure, beginning) in [
      ("image repositories", snapshot.imageRepositories.failure, "image/repository/"),
      ("image policies", snapshot.imagePolicies.failure, "image/policy/"),
      ("image automations", snapshot.imageUpdateAutomations.failure, "image/automation/"),
    ] {
      if let failure { report(failure, part: part, of: .image, unread: UnreadPath.all(beginning)) }
    }
    if snapshot.imageRepositories.failure != nil {
      repositories = lastKnown(lastSeen.imageRepositories)
    }
    if snapshot.imageUpdateAutomations.failure != nil {
      automations = lastKnown(lastSeen.imageUpdateAutomations)
    }
    if snapshot.imagePolicies.failure != nil { policies = lastPolicies }
    if let seen = snapshot.imageRepositories.value {
      for repository in seen { repositories.append(judge(repository)) }
      repositories += unreadable(lastSeen.imageRepositories)
    }
    if let seen = snapshot.imageUpdateAutomations.value {
      for automation in seen {
        automations.append(judge(automation.reading(automation.source.flatMap(causes.object))))
      }
      automations += unreadable(lastSeen.imageUpdateAutomations)
    }
    if let seen = snapshot.imagePolicies.value {
      for policy in seen { policies.append(judge(policy, snapshot)) }
      policies += unreadable(lastSeen.imagePolicies).map {
        ImagePolicyReport(policy: $0, running: nil, isBehind: nil)
      }
    }
  }

  private mutating func judge(_ repository: ImageRepository) -> Judged<ImageRepository> {
    let resource = repository.resource
    if let verdict = judgeCommon(resource, isSuspended: repository.isSuspended) {
      return judged(repository, resource, verdict)
    }
    if idleControllers.contains(resource.kind.fluxController) {
      return judged(repository, resource, .degraded)
    }
    // Every scan updates scanTime, so an old value means that scans have stopped.
    if let scanned = repository.lastScanTime, let interval = repository.interval,
      Evaluation.isOverdue(scanned, serverNow, interval: interval, timeout: .seconds(60))
    {
      report(
        .scanOverdue, resource, ["age": (serverNow - scanned).humanDuration],
        detail: "its interval is \(interval.humanDuration); newer tags are not seen", since: scanned)
      return judged(repository, resource, .degraded, "ScanOverdue", "last scanned at \(scanned)")
    }
    if repository.tagCount == 0 {
      report(
        .noTags, resource, detail: "\(repository.image) has no tag that its exclusionList leaves")
      return judged(repository, resource, .degraded, "NoTags", "no tags found")
    }
    return judged(repository, resource, .healthy)
  }

  private mutating func judge(_ automation: ImageUpdateAutomation) -> Judged<ImageUpdateAutomation> {
    let resource = automation.resource
    if let verdict = judgeCommon(resource, isSuspended: automation.isSuspended, source: automation.source) {
      return judged(automation, resource, verdict)
    }
    if idleControllers.contains(resource.kind.fluxController) {
      return judged(automation, resource, .degraded)
    }
    // The time of the last run is written at its start, so it also advances when runs fail.
    if let run = automation.lastRunTime, let interval = automation.interval,
      Evaluation.isOverdue(run, serverNow, interval: interval, timeout: .seconds(60))
    {
      report(
        .automationOverdue, resource, ["age": (serverNow - run).humanDuration],
        detail:
          "its interval is \(interval.humanDuration); the tags that its policies select are not written into Git",
        since: run)
      return judged(automation, resource, .degraded, "Overdue", "last run at \(run)")
    }
    return judged(automation, resource, .healthy)
  }

  private mutating func judge(_ policy: ImagePolicy, _ snapshot: Snapshot) -> ImagePolicyReport {
    let resource = policy.resource
    let path = resource.reference.problemPath
    let running = running(policy, snapshot)
    let isBehind = isBehind(policy, running, snapshot)
    func report(
      _ verdict: Verdict, _ reason: String? = nil, _ message: String? = nil, since: Timestamp? = nil,
      at standstill: ImagePolicyReport.Standstill? = nil
    ) -> ImagePolicyReport {
      ImagePolicyReport(
        policy: judged(policy, resource, verdict, reason, message), running: running, isBehind: isBehind,
        behindSince: since, standstill: standstill)
    }
    if let verdict = judgeCommon(resource, isSuspended: policy.isSuspended, source: policy.repository) {
      // Without scans, it cannot select a newer tag.
      return report(verdict, at: isBehind == true ? (isUnhealthy(policy.repository) ? .scan : .policy) : nil)
    }
    guard isBehind != false, let latest = policy.latestImage else { return report(.healthy) }
    let rollout = ImageRollout(policy, latest: latest, running: running ?? [], snapshot, self)
    guard isBehind == true else {
      // The running workloads are unknown, but it may be known whether the automation has written the image to Git.
      guard rollout.isNotTakenUp else { return report(.healthy) }
      let end = rollout.end
      let seen = now - skew - watch("\(path)/not-taken-up/\(latest)")
      let since = min(resource.conditions["Ready"]?.lastTransitionTime ?? seen, seen)
      guard serverNow - since > rollout.timeLimit else { return report(.healthy) }
      self.report(
        .notTakenUp, resource, ["image": latest], detail: end.words, since: since, step: end.step)
      return report(.degraded, end.reason, end.words, at: end.standstill)
    }
    let seen = now - skew - watch("\(path)/behind/\(latest)")
    let since = min(resource.conditions["Ready"]?.lastTransitionTime ?? seen, seen)
    let end = rollout.end
    if let verdict = end.fixed {
      return report(verdict, end.reason, end.words, since: since, at: end.standstill)
    }
    guard serverNow - since > rollout.timeLimit else {
      return report(.healthy, "RollingOut", "rolling out \(latest)", since: since)
    }
    let old = Set((running ?? []).map(\.image)).filter { ImageReference.isSame($0, latest) == false }
    self.report(
      .behind, resource,
      detail: "latest \(latest), running \(old.sorted().joined(separator: ", ")); \(end.words)",
      since: since, step: end.step)
    return report(.degraded, end.reason, end.words, since: since, at: end.standstill)
  }

  /// The known users of the policy's image: workloads, CronJobs, Jobs that have not ended, and pods of
  /// others.
  ///
  /// - Returns: nil if the workloads or the repository could not be read.
  private func running(_ policy: ImagePolicy, _ snapshot: Snapshot) -> [ImagePolicyReport.Running]? {
    guard let workloads = snapshot.workloads.value else { return nil }
    let repository = (snapshot.imageRepositories.value ?? []).first {
      $0.resource.reference == policy.repository
    }
    guard let name = (repository?.image ?? policy.latestImage).map({ ImageReference($0).repository }) else {
      return nil
    }
    func running(_ images: [String], _ owner: Reference) -> [ImagePolicyReport.Running] {
      images.filter { ImageReference($0).repository == name }.map {
        ImagePolicyReport.Running(image: $0, workload: owner.description)
      }
    }
    // A workload without replicas and a suspended CronJob run nothing.
    var found = workloads.filter { $0.desired > 0 || !$0.isDesiredKnown }
      .flatMap { running($0.images, $0.resource.reference) }
    found += (snapshot.cronJobs.value ?? []).filter { !$0.isSuspended }
      .flatMap { running($0.images, $0.resource.reference) }
    found += (snapshot.jobs.value ?? [])
      .filter { $0.cronJob == nil && $0.failure == nil && $0.completion == nil }
      .flatMap { running($0.images, $0.resource.reference) }
    return found + runningPods(policy, of: name, beside: Set(found.map(\.workload)), snapshot)
  }

  /// Pods of owners that are not listed, and pods that run another digest than the policy's because their tag was
  /// moved.
  private func runningPods(
    _ policy: ImagePolicy, of repository: String, beside known: Set<String>, _ snapshot: Snapshot
  ) -> [ImagePolicyReport.Running] {
    let latest = policy.latestImage.map { ImageReference($0) }
    let listed: Set = ["Deployment", "StatefulSet", "DaemonSet", "Job"]
    var found: Set<ImagePolicyReport.Running> = []
    for pod in snapshot.pods.value?.images ?? [] {
      let image = ImageReference(pod.image)
      guard image.repository == repository else { continue }
      let owner = pod.owner.description
      if let wanted = latest?.digest, image.digest == nil, image.pulledTag == latest?.pulledTag,
        let digest = pod.digest,
        digest != wanted
      {
        found.insert(.init(image: "\(pod.image)@\(digest)", workload: owner))
      } else if !listed.contains(pod.owner.kind), !known.contains(owner) {
        found.insert(.init(image: pod.image, workload: owner))
      }
    }
    return found.sorted { ($0.workload, $0.image) < ($1.workload, $1.image) }
  }

  /// Several policies can follow one image for different workloads. So a policy is behind only if no workload runs its
  /// image and one runs an image of none of the policies.
  ///
  /// - Returns: nil if no workload is known to run it, or if a kind that may run it cannot be read.
  private func isBehind(
    _ policy: ImagePolicy, _ running: [ImagePolicyReport.Running]?, _ snapshot: Snapshot
  ) -> Bool? {
    guard let latest = policy.latestImage, let running, !running.isEmpty else { return nil }
    let others = (snapshot.imagePolicies.value ?? []).compactMap(\.latestImage).filter {
      $0 != latest && ImageReference($0).repository == ImageReference(latest).repository
    }
    let images = running.map(\.image)
    let isBehind =
      others.isEmpty
      ? images.contains { ImageReference.isSame($0, latest) == false }
      : !images.contains { ImageReference.isSame($0, latest) == true }
        && images.contains { image in
          ([latest] + others).allSatisfy { ImageReference.isSame(image, $0) == false }
        }
    let isComparable =
      images.allSatisfy { ImageReference.isSame($0, latest) != nil }
      || (!others.isEmpty && images.contains { ImageReference.isSame($0, latest) == true })
    let areAllRead =
      snapshot.failedWorkloadKinds.isEmpty && snapshot.cronJobs.failure == nil && snapshot.jobs.failure == nil
    return isBehind || (areAllRead && isComparable) ? isBehind : nil
  }

  // MARK: - Common rules of the three kinds

  private mutating func report(
    _ problem: ImageProblem, _ resource: Resource, _ facts: [String: String] = [:], detail: String = "",
    since: Timestamp? = nil, step: NextStep? = nil
  ) {
    report(
      .image(problem), resource.imageFacts.merging(facts) { $1 }, subject: resource.reference.description,
      detail: detail, since: since,
      step: step)
  }

  /// The verdict for a suspended or failed object; nil if no problem was found.
  private mutating func judgeCommon(
    _ resource: Resource, isSuspended: Bool, source: Reference? = nil
  ) -> Verdict? {
    if resource.deletionTimestamp != nil {
      let code = ProblemCode.image(.terminating)
      return reportTerminating(resource, as: code, facts: resource.imageFacts) ? .degraded : nil
    }
    if isSuspended {
      let pause =
        switch resource.kind {
        case "ImageRepository": "newer tags are not seen"
        case "ImagePolicy": "no newer tag is selected"
        default: "newer tags are not written into Git"
        }
      report(.suspended, resource, detail: "\(pause) until it is resumed")
      return .degraded
    }
    guard let failure = failure(of: resource) else { return judgeProgress(of: resource) }
    let lasting = lastingFailure(of: resource.reference, now: failure)
    failures[resource.reference] = lasting ?? failure
    if let source, isMissing(source) {
      // For 30 s, it may still be applied from Git.
      guard
        elapsed(since: failure.lastTransitionTime, watching: "\(resource.reference.problemPath)/absent")
          >= .seconds(30)
      else { return lasting.map { reportFailure($0, of: resource, beside: failure) } ?? .healthy }
      let field = source.kind == "ImageRepository" ? "imageRepositoryRef" : "sourceRef"
      keepStart(of: "\(resource.reference.problemPath)/failed")
      report(
        .dependencyMissing, resource, source.asDependency.merging(["field": field]) { $1 },
        detail: failure.message, since: failure.lastTransitionTime)
      return .degraded
    }
    // Its repository or Git source is the problem and is already reported.
    if source.map(isUnhealthy) ?? false {
      keepStart(of: "\(resource.reference.problemPath)/failed")
      return .degraded
    }
    // After a restart of the controller, the tags are unknown until the next scan.
    if failure.reason == "DependencyNotReady",
      elapsed(since: failure.lastTransitionTime, watching: "\(resource.reference.problemPath)/waits")
        < .seconds(300)
    {
      return lasting.map { reportFailure($0, of: resource, beside: failure) } ?? .healthy
    }
    return reportFailure(failure, of: resource)
  }

  /// - Parameter waiting: the condition by which it waits at present, if the failure is an earlier one.
  private mutating func reportFailure(
    _ failure: Condition, of resource: Resource, beside waiting: Condition? = nil
  ) -> Verdict {
    let mayNotPush = mayNotPush(resource, failure)
    report(
      .failed, resource, ["reason": failure.reason.isEmpty ? "unknown" : failure.reason],
      detail: failure.message
        + (mayNotPush
          ? "; its source can fetch with the same credentials, so the token may only read, or the branch is protected"
          : "") + (waiting.map { "; now \($0.reason): \($0.message)" } ?? ""),
      since: failure.lastTransitionTime,
      step: mayNotPush
        ? NextStep(
          command: log(of: resource),
          note: "let Flux's token write the contents of the repository, and push to the branch")
        : stepOutsideGit(
          for: resource, failure.message,
          isDownload: resource.kind == "ImageRepository" || failure.reason == "GitOperationFailed"))
    return .degraded
  }

  /// True if all objects of its kind were listed, and it was not among them.
  private func isMissing(_ reference: Reference) -> Bool {
    guard isListed(reference.kind), !isUnreadable(reference) else { return false }
    guard reference.kind == "ImageRepository" else { return !causes.isKnown(reference) }
    return observation.snapshot?.imageRepositories.value?.contains { $0.resource.reference == reference }
      == false
  }

  /// The automation has the credentials of its source. If that fetches and a push is refused, the token may not write, or
  /// the branch is protected.
  private func mayNotPush(_ resource: Resource, _ failure: Condition) -> Bool {
    let message = failure.message.lowercased()
    let words = [
      "authentication required", "hook declined", "push declined", "rule violations", "marked as read only",
      "git-receive-pack\" status code: 403",
    ]
    return resource.kind == "ImageUpdateAutomation"
      && (words.contains(where: message.contains) || GitRefusal(message) != nil)
  }

  /// The verdict for an object that was never observed, or that has been in progress for longer than any scan or commit
  /// takes.
  private mutating func judgeProgress(of resource: Resource) -> Verdict? {
    // The idle controller is already reported.
    if idleControllers.contains(resource.kind.fluxController) { return nil }
    if let since = withoutStatusSince(resource) {
      report(
        .stuck, resource, ["state": "has had no status for \((serverNow - since).humanDuration)"],
        detail: Evaluation.noStatus, since: since)
      return .degraded
    }
    let (status, decisive) = KStatus.compute(resource)
    let shown = resource.conditions["Ready"] ?? decisive
    guard status == .inProgress, let since = hungSince(resource, shown, timeLimit: .seconds(900)) else {
      return nil
    }
    report(
      .stuck, resource, ["state": "has been in progress for \((serverNow - since).humanDuration)"],
      detail: shown?.message ?? "", since: since)
    return .degraded
  }

  /// The current failure. During a retry Ready is Unknown, and the failure lasts until the object reports success.
  private func failure(of resource: Resource) -> Condition? {
    if let stalled = resource.conditions["Stalled"], stalled.status == .isTrue { return stalled }
    return switch resource.conditions["Ready"]?.status {
    case .isFalse: resource.conditions["Ready"]
    case .unknown: history.failures[resource.reference]
    case .isTrue, nil: nil
    }
  }

  private func isUnhealthy(_ reference: Reference) -> Bool {
    causes.failures[reference] != nil
      || repositories.contains {
        $0.value.resource.reference == reference
          && ($0.verdict == .unknown ? history.failures[reference] != nil : $0.verdict != .healthy)
      }
  }

  func log(of resource: Resource) -> String {
    flux(
      "logs --kind=\(resource.kind) --name=\(resource.name.shellWord) --namespace=\(resource.namespace.shellWord)"
    )
  }

  private func judged<Value>(
    _ value: Value, _ resource: Resource, _ verdict: Verdict, _ reason: String? = nil,
    _ message: String? = nil
  ) -> Judged<Value> {
    let (status, decisive) = KStatus.compute(resource)
    let shown = resource.conditions["Ready"] ?? decisive
    return Judged(
      value: value, verdict: verdict, status: status, reason: reason ?? shown?.reason ?? "",
      message: message ?? shown?.message ?? "", since: shown?.lastTransitionTime)
  }
}

extension Resource {
  /// The id of an ImageRepository contains `repository`.
  fileprivate var imageFacts: [String: String] {
    let kind = reference.problems.split(separator: "/").last.map(String.init)
    return facts.merging(kind.map { ["kind": $0] } ?? [:]) { $1 }
  }
}
