internal import GuardTypes

extension Judgement {
  mutating func judgeStacks(_ snapshot: Snapshot) {
    if let failure = snapshot.stacks.failure {
      report(failure, part: "stacks", of: .stack, unread: UnreadPath.all("stack/"))
      stacks = remembered(lastSeen.stacks)
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
    let path = "stack/\(resource.namespace)/\(resource.name)"
    let look = kubectl(
      "-n \(resource.namespace.shellWord) describe stacks.pulumi.com \(resource.name.shellWord)")
    var verdict = Verdict.degraded
    if reportTerminating(resource, path: path, remedy: look) {
      verdict = .degraded
    } else if let stalled {
      report(
        "\(path)/stalled", .warning, subject: resource.reference.description,
        title: "\(resource.reference) is stalled: \(stalled.reason)", detail: stalled.message,
        since: stalled.lastTransitionTime,
        remedy: "\(look)  # nothing is retried until the Stack changes in Git")
    } else if reconciling?.reason == "RetryingAfterFailure"
      || (stack.lastUpdateState == "failed" && !stack.isUpdating)
    {
      report(
        "\(path)/failed", .warning, subject: resource.reference.description,
        title: "\(resource.reference) failed its last update",
        detail: failure(of: stack, reconciling ?? ready),
        since: reconciling?.lastTransitionTime ?? stack.lastUpdateTime, remedy: look)
    } else if status == .inProgress, let started = hungSince(resource, ready, patience: .seconds(3600)) {
      // Every comparison with the world makes it not ready for as long as it takes.
      report(
        "\(path)/stuck", .warning, subject: resource.reference.description,
        title: "\(resource.reference) has been in progress for \((serverNow - started).humanDuration)",
        detail: ready?.message ?? "", since: started, remedy: look)
    } else if !stack.isUpdating, let every = stack.resyncInterval, let last = stack.lastUpdateTime,
      serverNow - last > max(every, .seconds(60)) * 3 + .seconds(1800)
    {
      report(
        "\(path)/overdue", .warning, subject: resource.reference.description,
        title: "\(resource.reference) was not looked at for \((serverNow - last).humanDuration)",
        detail: "it is to be compared with the world every \(every.humanDuration)", since: last, remedy: look)
    } else if !stack.isUpdating, stack.lastUpdateState == nil, resource.conditions.isEmpty,
      let since = withoutStatusSince(resource)
    {
      report(
        "\(path)/stuck", .warning, subject: resource.reference.description,
        title: "\(resource.reference) has had no status for \((serverNow - since).humanDuration)",
        detail: "the Pulumi operator has not looked at it", since: since, remedy: look)
    } else {
      verdict = .healthy
    }
    return Judged(
      value: stack, verdict: verdict, status: status, reason: ready?.reason ?? "",
      message: redacted(ready?.message ?? ""), since: ready?.lastTransitionTime)
  }

  private func failure(of stack: Stack, _ condition: Condition?) -> String {
    var parts = [condition?.message ?? ""]
    if let attempted = stack.lastAttemptedCommit, let done = stack.lastSuccessfulCommit, attempted != done {
      parts.append("attempted \(attempted.prefix(8)), the last good one is \(done.prefix(8))")
    }
    return parts.filter { !$0.isEmpty }.joined(separator: "; ")
  }
}
