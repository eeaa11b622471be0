internal import GuardTypes

extension Evaluation {
  mutating func judgeFlux(_ snapshot: Snapshot) {
    judgeControllers(snapshot)
    switch snapshot.flux {
    case .seen(let objects):
      isFluxInstalled = true
      let failed = snapshot.failedFluxKinds
      judge(objects, beside: failed.isEmpty ? [] : lastSeen.flux.filter { failed[$0.resource.kind] != nil })
    case .notServed:
      isFluxInstalled = false
      if expectations.fluxVersion != nil {
        report(
          .flux(.missing), subject: "flux",
          detail: "the server has none of its API groups, and expect.flux requires it")
      }
    case .failed(let failure):
      judge([], beside: lastSeen.flux)
      // A common cause is reported once.
      guard Set(snapshot.failedFluxKinds.values).count > 1 else {
        report(failure, part: "flux", of: .flux, unread: UnreadPath.all("flux/"))
        break
      }
    }
    if snapshot.flux.value != nil || Set(snapshot.failedFluxKinds.values).count > 1 {
      for (kind, failure) in snapshot.failedFluxKinds.sorted(by: { $0.key < $1.key }) {
        report(failure, part: kind, of: .flux, unread: UnreadPath.all("flux/\(kind.lowercased())/"))
      }
    }
    judgeFluxVersion(snapshot)
  }

  /// - Parameter unread: objects of kinds that cannot be listed now. Their last failures still count as causes.
  private mutating func judge(_ objects: [FluxObject], beside unread: [FluxObject]) {
    let hidden = hiddenObjects
    let all = objects + unread + hidden
    causes = FluxCauses(
      all,
      failures: all.reduce(into: [:]) { failures, object in
        failures[object.resource.reference] = failure(of: object)
      }, terminating: Set(all.filter { terminating($0.resource) != nil }.map(\.resource.reference)),
      isListed: isListed)
    for (object, failure) in causes.failures {
      failures[object] = lastingFailure(of: object, now: failure) ?? failure
    }
    judgeIdleControllers(objects)
    flux.reserveCapacity(all.count)
    for object in objects {
      guard mayBeExplainedLater(object) else {
        flux.append(judge(object))
        continue
      }
      failedChecks.append((flux.count, object))
      flux.append(Judged(value: object, verdict: .degraded))
    }
    flux += lastKnown(unread)
    flux += hidden.map(unreadable)
  }

  /// The last known state of objects that cannot be decoded; objects without one are represented by their names.
  private var hiddenObjects: [FluxObject] {
    let before = lastSeen.flux.filter { lastSeen.hiddenFlux.contains($0.resource.reference) }
    let known = Set(before.map(\.resource.reference))
    let kinds = Set(observation.snapshot?.undecodable.map(\.kind) ?? []).filter {
      Reference(kind: $0, namespace: "", name: "").problems.hasPrefix("flux/")
    }
    return before
      + undecodableResources(kinds).filter { !known.contains($0.reference) }.map { FluxObject(resource: $0) }
  }

  /// Checks in this order: kinds without a status, deletion (which no resumption ends), suspension (which freezes
  /// conditions), failure, waiting, and problems despite a good status.
  mutating func judge(_ object: FluxObject) -> Judged<FluxObject> {
    let resource = object.resource
    let ready = resource.conditions["Ready"]
    if object.isStatic, !isInactive(object) {
      return Judged(
        value: object, verdict: reportAbsentProvider(of: object) ? .degraded : .healthy, status: .current,
        message: ready?.message ?? "")
    }
    let (status, decisive) = KStatus.compute(resource)
    let shown = ready ?? decisive
    func judged(_ verdict: Verdict, _ reason: String? = nil, _ message: String? = nil) -> Judged<FluxObject> {
      Judged(
        value: object, verdict: verdict, status: status, reason: reason ?? shown?.reason ?? "",
        message: message ?? shown?.message ?? "", since: shown?.lastTransitionTime)
    }
    if resource.deletionTimestamp != nil {
      let isReported = reportTerminating(
        resource, as: .fluxObject(.terminating), rank: object.isSource ? .source : nil)
      return judged(isReported ? .degraded : .healthy, "Terminating", "being deleted")
    }
    if object.isSuspended {
      report(
        .suspended, object, detail: "it \(object.workWhenResumed) until it is resumed",
        since: object.suspendedAt)
      return judged(.degraded, "Suspended", "suspended; last: \(shown?.message ?? "")")
    }
    if let failure = causes.failures[resource.reference] {
      return judged(judge(object, failing: failure), failure.reason, failure.message)
    }
    // The idle controller is already reported once for all its objects.
    if idleControllers.contains(resource.kind.fluxController) { return judged(.degraded) }
    if let symptom = progressSymptom(of: object, status, shown) {
      // Its dependency is also behind and is reported instead.
      if symptom.problem == .behindSource,
        object.dependsOn.compactMap(causes.object).contains(where: isBehind)
      {
        return judged(.degraded)
      }
      report(symptom.problem, object, symptom.facts, detail: symptom.detail, since: symptom.since)
      return judged(.degraded, symptom.reason, symptom.reason.map { _ in symptom.detail })
    }
    return judged(.healthy)
  }

  /// True if the object is suspended or being deleted and so does no work. A HelmRepository of type oci is only an
  /// address, which a suspension does not affect.
  private func isInactive(_ object: FluxObject) -> Bool {
    (object.isSuspended && object.resource.kind != "HelmRepository")
      || object.resource.deletionTimestamp != nil
  }

  private mutating func report(
    _ problem: FluxObjectProblem, _ object: FluxObject, _ facts: [String: String] = [:], detail: String,
    since: Timestamp?, severity: Problem.Severity? = nil, step: NextStep? = nil
  ) {
    var facts = object.resource.facts.merging(facts) { $1 }
    facts["controller"] = object.resource.kind.fluxController
    report(
      .fluxObject(problem), facts, subject: object.resource.reference.description, detail: detail,
      since: since, severity: severity, rank: object.isSource ? .source : nil, step: step)
  }

  private mutating func judge(_ object: FluxObject, failing failure: Condition) -> Verdict {
    let resource = object.resource
    if causes.hasReported(object, beside: reportedObjects)
      || isMissingSecret(object.secretName, in: resource.namespace)
    {
      keepStart(of: "\(resource.reference.problemPath)/failed")
      collectCauses(of: object)
      return .degraded
    }
    if failure.reason == "ArtifactFailed", idleControllers.contains("source-controller") {
      keepStart(of: "\(resource.reference.problemPath)/failed")
      return .degraded
    }
    if let absent = causes.absentParent(of: object) {
      return judge(object, failing: failure, waitingForAbsent: absent)
        ?? reportLasting(object, waiting: failure)
    }
    if causes.isWaiting(object), let parent = causes.awaitedParent(of: object) {
      return judge(object, failing: failure, waitingFor: parent) ?? reportLasting(object, waiting: failure)
    }
    return reportFailure(failure, of: object)
  }

  /// Judges an object that has begun to wait for another one: if it failed before, it has not recovered.
  private mutating func reportLasting(_ object: FluxObject, waiting: Condition) -> Verdict {
    guard let failure = lastingFailure(of: object.resource.reference, now: waiting) else { return .healthy }
    return reportFailure(failure, of: object, beside: waiting)
  }

  /// The failure that an object had before it began to wait for another one. It lasts until the object reports success.
  func lastingFailure(of object: Reference, now waiting: Condition) -> Condition? {
    guard waiting.isWait, let before = history.failures[object], !before.isWait
    else { return nil }
    return before
  }

  /// - Parameter waiting: the condition by which it waits at present, if the failure is an earlier one.
  private mutating func reportFailure(
    _ failure: Condition, of object: FluxObject, beside waiting: Condition? = nil
  ) -> Verdict {
    let resource = object.resource
    if isReportedByOthers(object, failure) {
      keepStart(of: "\(resource.reference.problemPath)/failed")
      collectCauses(of: object)
      return .degraded
    }
    let isNotification = resource.kind.fluxController == "notification-controller"
    let pod = failingPod(of: object, failure)
    let reason = pod == nil ? failure.reason : "its pods do not start"
    let details = [
      detail(of: object, failure), pod?.stateText, waiting.map { "now \($0.reason): \($0.message)" },
    ]
    report(
      .failed, object, ["reason": reason.isEmpty ? "unknown" : reason],
      detail: details.compactMap(\.self).joined(separator: "; "),
      since: failure.lastTransitionTime, severity: isNotification ? .warning : nil,
      step: pod.map(step) ?? stepForChecked(object, failure) ?? step(for: object, failure))
    return isNotification ? .degraded : .critical
  }

  /// Handles an object that waits for one that does not exist.
  ///
  /// - Returns: nil for 30 s, in which that one may still be applied from Git.
  private mutating func judge(
    _ object: FluxObject, failing failure: Condition, waitingForAbsent absent: Reference
  ) -> Verdict? {
    let path = object.resource.reference.problemPath
    guard elapsed(since: failure.lastTransitionTime, watching: "\(path)/absent") >= .seconds(30) else {
      return nil
    }
    let field = object.dependsOn.contains(absent) ? object.dependencyField : object.sourceField
    let isMade = absent.kind == "HelmChart" && object.source != absent
    keepStart(of: "\(path)/failed")
    report(
      .dependencyMissing, object, absent.asDependency.merging(["field": field]) { $1 },
      detail: failure.message, since: failure.lastTransitionTime,
      step: isMade
        ? NextStep(
          command: log(of: object.resource),
          note:
            "helm-controller creates \(absent.title.singleLine) from spec.chart: its log says why it did not")
        : nil)
    return .critical
  }

  /// An Alert has no status that would say that its Provider does not exist.
  ///
  /// - Returns: true if that was reported.
  private mutating func reportAbsentProvider(of object: FluxObject) -> Bool {
    guard let absent = object.dependsOn.first(where: causes.isAbsent),
      watch("\(object.resource.reference.problemPath)/absent") >= .seconds(30)
    else { return false }
    report(
      .dependencyMissing, object, absent.asDependency.merging(["field": object.dependencyField]) { $1 },
      detail: "it sends nothing without its Provider", since: nil, severity: .warning)
    return true
  }

  /// Handles an object that waits for one that exists. The controllers look at dependencies every 30 s, so only an
  /// object in progress at the end of the chain justifies a long wait, and a cycle never ends by itself.
  ///
  /// - Returns: nil while the wait is not too long.
  private mutating func judge(
    _ object: FluxObject, failing failure: Condition, waitingFor parent: Reference
  ) -> Verdict? {
    let failedPath = "\(object.resource.reference.problemPath)/failed"
    let waited = elapsed(
      since: failure.lastTransitionTime, watching: "\(object.resource.reference.problemPath)/waits")
    if let cycle = causes.cycle(of: object) {
      guard waited > .seconds(120) else { return nil }
      keepStart(of: failedPath)
      report(
        .dependencyCycle, object, ["cycle": cycle.asChain], detail: "\(cycle.asChain): \(failure.message)",
        since: serverNow - waited)
      return .critical
    }
    let running = causes.awaitedRoot(of: object).flatMap { root in
      causes.failures[root.resource.reference] == nil && KStatus.compute(root.resource).status == .inProgress
        ? root.ownTimeout : nil
    }
    guard waited > (running ?? .zero) + .seconds(360) else { return nil }
    // The artifact exists, and the controller does not get it.
    if failure.isDownloadFault { return reportFailure(failure, of: object) }
    keepStart(of: failedPath)
    // If the parent is healthy, only the child's controller can explain why it waits.
    let isParentWell = causes.failures[parent] == nil && causes.object(parent).map(isCurrent) ?? false
    report(
      .waiting, object, parent.asDependency.merging(["age": waited.humanDuration]) { $1 },
      detail: failure.message, since: serverNow - waited,
      step: isParentWell ? NextStep(command: log(of: object.resource)) : nil)
    return .degraded
  }

  private func isCurrent(_ object: FluxObject) -> Bool {
    !object.isSuspended && KStatus.compute(object.resource).status == .current
  }

  /// The failure, and the revision that is still running.
  private func detail(of object: FluxObject, _ failure: Condition) -> String {
    var parts = [failure.message]
    if failure.type == "Stalled", let ready = object.resource.outcome, ready.status == .isFalse {
      parts.append(ready.message)
    }
    if object.isSource, let revision = object.revision, let updated = object.artifactUpdateTime {
      parts.append(
        "still serving \(revision.shortRevision), fetched \((serverNow - updated).humanDuration) ago")
    } else if let attempted = object.attemptedRevision, let revision = object.revision,
      !attempted.isSameRevision(as: revision)
    {
      parts.append("failed on \(attempted.shortRevision); still running \(revision.shortRevision)")
    }
    return parts.filter { !$0.isEmpty }.joined(separator: "; ")
  }

  /// nil if the declared step applies. Changes are made in Git.
  private func step(for object: FluxObject, _ failure: Condition) -> NextStep? {
    let resource = object.resource
    if ["VerificationError", "InvalidCommitSignature"].contains(failure.reason) {
      return NextStep(
        command: log(of: resource),
        note: "compare who signed it with spec.verify: its secretRef, or its matchOIDCIdentity")
    }
    if let step = stepOutsideGit(
      for: resource, failure.message, isDownload: object.isSource || failure.reason == "ArtifactFailed",
      secret: object.secretName)
    {
      return step
    }
    guard failure.type == "Stalled" else { return nil }
    return NextStep(
      command: log(of: resource), note: "nothing is retried until the object changes: fix it in Git")
  }

  /// True if this poll has seen every object of a kind of Flux.
  func isListed(_ kind: String) -> Bool {
    guard let snapshot = observation.snapshot, snapshot.flux.value != nil else { return false }
    return snapshot.failedFluxKinds[kind] == nil && !snapshot.uncountedKinds.contains(kind)
      && !snapshot.undecodable.contains { $0.kind == kind && $0.name == nil }
      && CustomKind.ofFlux.contains { $0.name == kind }
  }

  // MARK: - Failures that kstatus does not report

  /// kstatus reports a retried failure as InProgress forever: Ready=False with
  /// Reconciling/ProgressingWithRetry. During the retry, Ready is Unknown, and the failure lasts until the
  /// object reports success.
  private func failure(of object: FluxObject) -> Condition? {
    guard !object.isStatic, !object.isSuspended, object.resource.deletionTimestamp == nil else { return nil }
    let conditions = object.resource.conditions
    if let stalled = conditions["Stalled"], stalled.status == .isTrue { return stalled }
    guard let ready = object.resource.outcome else { return nil }
    switch ready.status {
    case .isTrue: return nil
    // Flux 2.8 ends its wait for the objects of a run when the next run is due, which begins at once.
    case .isFalse where ready.reason == "HealthCheckCanceled":
      return history.failures[object.resource.reference]
    case .isFalse: return ready
    case .unknown: return history.failures[object.resource.reference]
    }
  }
}

extension FluxObject {
  /// The missing work of a suspended object.
  fileprivate var workWhenResumed: String {
    if isSource { return "fetches nothing" }
    return switch resource.kind {
    case "Alert", "Provider": "sends nothing"
    case "Receiver": "accepts no webhooks"
    default: "does not follow Git"
    }
  }
}

extension Resource {
  /// The condition Ready. For a HelmRelease whose failed action was undone, it has the reason and the message of that
  /// action first, because Ready only has those of the rollback (helm-controller, summarize).
  var outcome: Condition? {
    let ready = conditions["Ready"]
    guard kind == "HelmRelease", let ready, ready.status == .isFalse,
      ["RollbackSucceeded", "UninstallSucceeded", "RollbackFailed", "UninstallFailed"].contains(ready.reason),
      let failed = [conditions["Released"], conditions["TestSuccess"]].compactMap(\.self)
        .first(where: { $0.status == .isFalse && $0.reason != ready.reason })
    else { return ready }
    return Condition(
      type: ready.type, status: .isFalse, reason: failed.reason,
      message: "\(failed.message); \(ready.message)",
      lastTransitionTime: ready.lastTransitionTime)
  }

  /// Values for the placeholders of a declaration's patterns: the names that kubectl and flux use.
  var facts: [String: String] {
    let kind = kind.lowercased()
    return [
      "kind": kind, "type": self.kind, "resource": group.isEmpty ? kind : "\(kind).\(group)",
      "namespace": namespace, "name": name, "subject": reference.title,
    ]
  }
}

extension Reference {
  /// The name in titles, for example `Kustomization flux-system/apps`.
  var title: String { "\(kind) \(namespace.isEmpty ? name : "\(namespace)/\(name)")" }

  var asDependency: [String: String] {
    [
      "dependency": title, "dependencyType": kind.lowercased(), "dependencyNamespace": namespace,
      "dependencyName": name,
    ]
  }
}

extension [Reference] {
  /// `flux-system/a -> flux-system/b -> flux-system/a`, shortened in the middle of a long cycle.
  fileprivate var asChain: String {
    let names = map { "\($0.namespace)/\($0.name)" }
    let shown = names.count > 8 ? names.prefix(6) + ["…"] + names.suffix(1) : names[...]
    return shown.joined(separator: " -> ")
  }
}
