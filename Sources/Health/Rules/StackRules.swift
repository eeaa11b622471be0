internal import GuardTypes

extension Evaluation {
  mutating func judgeStacks(_ snapshot: Snapshot) {
    if let failure = snapshot.stacks.failure {
      report(failure, part: "stacks", of: .stack, unread: UnreadPath.all("stack/"))
      stacks = lastKnown(lastSeen.stacks)
    }
    guard let seen = snapshot.stacks.value else { return }
    for stack in seen { stacks.append(judge(stack)) }
    stacks += unreadable(lastSeen.stacks)
  }

  private mutating func judge(_ stack: Stack) -> Judged<Stack> {
    let resource = stack.resource
    let (status, decisive) = KStatus.compute(resource)
    let ready = resource.conditions["Ready"] ?? decisive
    let stalled = resource.conditions["Stalled"].flatMap { $0.status == .isTrue ? $0 : nil }
    let reconciling = resource.conditions["Reconciling"].flatMap { $0.status == .isTrue ? $0 : nil }
    var verdict = Verdict.degraded
    if reportTerminating(resource, as: .platform(.stackTerminating)) {
      verdict = .degraded
    } else if let stalled {
      report(
        .stackStalled, resource, ["reason": stalled.reason.isEmpty ? "unknown" : stalled.reason],
        detail: stalled.message, since: stalled.lastTransitionTime,
        note: stalled.message.isRefusedLogin || stalled.message.isForbidden
          ? "renew the credentials that the Stack names at their source" : OutsideFault(stalled.message)?.note
      )
    } else if let failed = failed(stack, reconciling) {
      failures[resource.reference] = failed
      report(
        .stackFailed, resource,
        detail: failure(of: stack, failed.message.isEmpty ? reconciling ?? ready : failed),
        since: failed.lastTransitionTime)
    } else if status == .inProgress, let started = hungSince(resource, ready, timeLimit: .seconds(3600)) {
      // Each refresh makes it not ready while it runs.
      report(
        .stackStuck, resource, ["state": "has been in progress for \((serverNow - started).humanDuration)"],
        // Ready only says that it is in progress.
        detail: [reconciling?.words, ready?.message].compactMap(\.self).first { !$0.isEmpty } ?? "",
        since: started)
    } else if !stack.isUpdating, let every = stack.resyncInterval, let last = stack.lastUpdateTime,
      serverNow - last > max(every, .seconds(60)) * 3 + .seconds(1800)
    {
      report(
        .stackOverdue, resource, ["age": (serverNow - last).humanDuration],
        detail: "it should be compared with the real resources every \(every.humanDuration)", since: last)
    } else if !stack.isUpdating, stack.lastUpdateState == nil, resource.conditions.isEmpty,
      let since = withoutStatusSince(resource)
    {
      report(
        .stackStuck, resource, ["state": "has had no status for \((serverNow - since).humanDuration)"],
        detail: "the Pulumi operator has not looked at it", since: since)
    } else {
      verdict = .healthy
    }
    return Judged(
      value: stack, verdict: verdict, status: status, reason: ready?.reason ?? "",
      message: ready?.message ?? "", since: ready?.lastTransitionTime)
  }

  /// The failure of its last update, which lasts until one succeeds, also while it is retried.
  private func failed(_ stack: Stack, _ reconciling: Condition?) -> Condition? {
    if reconciling?.reason == "RetryingAfterFailure" { return reconciling }
    let resource = stack.resource
    let before = history.failures[resource.reference]
    if stack.lastUpdateState == "failed" {
      return before
        ?? Condition(
          type: "Ready", status: .isFalse, reason: "UpdateFailed", lastTransitionTime: stack.lastUpdateTime)
    }
    guard let before, resource.conditions["Ready"]?.status != .isTrue else { return nil }
    let isOver =
      stack.lastUpdateState == "succeeded"
      && (stack.lastUpdateTime.map { updated in before.lastTransitionTime.map { updated > $0 } ?? true }
        ?? false)
    return isOver ? nil : before
  }

  private mutating func report(
    _ problem: PlatformProblem, _ resource: Resource, _ facts: [String: String] = [:], detail: String,
    since: Timestamp?, note: String? = nil
  ) {
    let command = kubectl(
      "-n \(resource.namespace.shellWord) describe stacks.pulumi.com \(resource.name.shellWord)")
    report(
      .platform(problem), resource.facts.merging(facts) { $1 }, subject: resource.reference.description,
      detail: detail, since: since, step: note.map { NextStep(command: command, note: $0) })
  }

  private func failure(of stack: Stack, _ condition: Condition?) -> String {
    var parts = [stack.lastUpdateMessage ?? "", condition?.message ?? ""]
    if let attempted = stack.lastAttemptedCommit, let done = stack.lastSuccessfulCommit, attempted != done {
      parts.append("failed on \(attempted.prefix(8)); the last good one is \(done.prefix(8))")
    }
    if let page = stack.lastUpdatePage { parts.append("its log: \(page)") }
    return parts.filter { !$0.isEmpty }.joined(separator: "; ")
  }
}
