internal import GuardTypes

extension Judgement {
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
          "flux/missing", .critical, subject: "flux", title: "Flux is not installed",
          detail: "the server has none of its API groups, and expect.flux wants it", remedy: flux("check"))
      }
    case .failed(let failure):
      judge([], beside: lastSeen.flux)
      // One cause for all of them is told once.
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

  /// - Parameter unread: of kinds that can't be listed just now. What was wrong with them is still the cause of what
  ///   it brought about.
  private mutating func judge(_ objects: [FluxObject], beside unread: [FluxObject]) {
    let hidden = hiddenObjects
    let all = objects + unread + hidden
    causes = FluxCauses(
      all,
      failures: all.reduce(into: [:]) { failures, object in
        failures[object.resource.reference] = failure(of: object)
      }, isListed: isListed)
    failures.merge(causes.failures) { _, new in new }
    judgeIdleControllers(objects)
    for object in objects { flux.append(judge(object)) }
    flux += remembered(unread)
    flux += hidden.map(unreadable)
  }

  /// Those that can't be decoded, as they were when they could; of others the name is known.
  private var hiddenObjects: [FluxObject] {
    let before = lastSeen.flux.filter { lastSeen.hiddenFlux.contains($0.resource.reference) }
    let known = Set(before.map(\.resource.reference))
    let kinds = Set(observation.snapshot?.undecodable.map(\.kind) ?? []).filter {
      Reference(kind: $0, namespace: "", name: "").problems.hasPrefix("flux/")
    }
    return before
      + namesOfUnreadable(kinds).filter { !known.contains($0.reference) }.map { FluxObject(resource: $0) }
  }

  /// What decides, in this order: kinds without a status, suspension (it freezes conditions), deletion, failure,
  /// waiting, and what a good status hides.
  private mutating func judge(_ object: FluxObject) -> Judged<FluxObject> {
    let resource = object.resource
    let ready = resource.conditions["Ready"]
    if object.isStatic, !isAtAStop(object) {
      return Judged(value: object, verdict: .healthy, status: .current, message: ready?.message ?? "")
    }
    let (status, decisive) = KStatus.compute(resource)
    let shown = ready ?? decisive
    func judged(_ verdict: Verdict, _ reason: String? = nil, _ message: String? = nil) -> Judged<FluxObject> {
      Judged(
        value: object, verdict: verdict, status: status, reason: reason ?? shown?.reason ?? "",
        message: redacted(message ?? shown?.message ?? ""), since: shown?.lastTransitionTime)
    }
    let path = "flux/\(resource.kind.lowercased())/\(resource.namespace)/\(resource.name)"
    let subject = resource.reference.description
    if object.isSuspended {
      report(
        "\(path)/suspended", .warning, subject: subject, title: "\(subject) is suspended",
        detail: "it does not follow Git until it is resumed", since: object.suspendedAt,
        remedy: "\(look(resource))  # who suspended it, and why")
      return judged(.degraded, "Suspended", "suspended; last: \(shown?.message ?? "")")
    }
    if resource.deletionTimestamp != nil {
      let isTold = reportTerminating(resource, path: path, remedy: look(resource))
      return judged(isTold ? .degraded : .healthy, "Terminating", "being deleted")
    }
    if let failure = causes.failures[resource.reference] {
      return judged(judge(object, failing: failure, path), failure.reason, failure.message)
    }
    // A controller that does nothing has been told of, once for all its objects.
    if idleControllers.contains(resource.kind.fluxController) { return judged(.degraded) }
    if let symptom = rhythm(of: object, status, shown) {
      // What it depends on comes first, and is as far behind.
      if symptom.word == "behind-source", object.dependsOn.compactMap(causes.object).contains(where: isBehind)
      {
        return judged(.degraded)
      }
      report(
        "\(path)/\(symptom.word)", .warning, subject: subject, title: "\(subject) \(symptom.title)",
        detail: symptom.detail, since: symptom.since, remedy: symptom.remedy)
      return judged(.degraded, symptom.reason, symptom.reason.map { _ in symptom.detail })
    }
    return judged(.healthy)
  }

  /// A suspended Alert tells nobody; the address of an OCI registry is all that there is to its HelmRepository.
  private func isAtAStop(_ object: FluxObject) -> Bool {
    (object.isSuspended && object.resource.kind != "HelmRepository")
      || object.resource.deletionTimestamp != nil
  }

  private mutating func judge(_ object: FluxObject, failing failure: Condition, _ path: String) -> Verdict {
    let resource = object.resource
    let subject = resource.reference.description
    if causes.hasTold(object) || isMissingSecret(object.secretName, in: resource.namespace) {
      return .degraded
    }
    if failure.reason == "ArtifactFailed", idleControllers.contains("source-controller") { return .degraded }
    if let absent = causes.absentParent(of: object) {
      return judge(object, failing: failure, waitingForAbsent: absent, path)
    }
    if causes.isWaiting(object), let parent = causes.awaitedParent(of: object) {
      // What it waits for is on its way.
      let patience = object.ownTimeout + .seconds(360)
      let waited = elapsed(since: failure.lastTransitionTime, watching: "\(path)/waits")
      guard waited > patience else { return .healthy }
      // Where the parent is in order, the child's own controller knows why it goes on waiting.
      let isParentWell = causes.failures[parent] == nil && causes.object(parent).map(isCurrent) ?? false
      report(
        "\(path)/waiting", .warning, subject: subject,
        title: "\(subject) has been waiting for \(parent) for \(waited.humanDuration)",
        detail: failure.message, since: serverNow - waited,
        remedy: isParentWell ? log(of: resource) : look(parent))
      return .degraded
    }
    if isToldByWorkload(object, failure) { return .degraded }
    let isNotification = ["Alert", "Provider", "Receiver"].contains(resource.kind)
    let pod = culprit(of: object, failure)
    let title =
      pod == nil
      ? "fails: \(failure.reason.isEmpty ? "unknown" : failure.reason)" : "fails: its pods do not come up"
    report(
      "\(path)/failed", isNotification ? .warning : .critical, subject: subject, title: "\(subject) \(title)",
      detail: detail(of: object, failure) + (pod.map { "; \($0.plight)" } ?? ""),
      since: failure.lastTransitionTime,
      remedy: pod.map(remedy) ?? remedy(for: object, failure))
    return isNotification ? .degraded : .critical
  }

  /// What it waits for does not exist. For half a minute it may be on its way from Git.
  private mutating func judge(
    _ object: FluxObject, failing failure: Condition, waitingForAbsent absent: Reference, _ path: String
  ) -> Verdict {
    let subject = object.resource.reference.description
    guard elapsed(since: failure.lastTransitionTime, watching: "\(path)/absent") >= .seconds(30) else {
      return .healthy
    }
    let field = object.dependsOn.contains(absent) ? "dependsOn" : "sourceRef"
    report(
      "\(path)/failed", .critical, subject: subject,
      title: "\(subject) waits for \(absent), which does not exist", detail: failure.message,
      since: failure.lastTransitionTime,
      remedy: kubectl("-n \(absent.namespace.shellWord) get \(absent.kind.lowercased().shellWord)")
        + "  # \(absent.name.singleLine) is not there: add it in Git, or correct \(field) of \(subject)")
    return .critical
  }

  private func isCurrent(_ object: FluxObject) -> Bool {
    !object.isSuspended && KStatus.compute(object.resource).status == .current
  }

  /// What failed, and what goes on being served meanwhile.
  private func detail(of object: FluxObject, _ failure: Condition) -> String {
    let ready = object.resource.conditions["Ready"]
    var parts = [failure.message]
    if failure.type == "Stalled", let ready, ready.status == .isFalse { parts.append(ready.message) }
    if object.isSource, let revision = object.revision, let updated = object.artifactUpdateTime {
      parts.append(
        "still serves \(revision.shortRevision), of \((serverNow - updated).humanDuration) ago")
    } else if let attempted = object.attemptedRevision, let revision = object.revision,
      !attempted.isSameRevision(as: revision)
    {
      parts.append("attempted \(attempted.shortRevision), \(revision.shortRevision) is applied")
    }
    return parts.filter { !$0.isEmpty }.joined(separator: "; ")
  }

  /// The next command of a person who looks; changes go through Git.
  private func remedy(for object: FluxObject, _ failure: Condition) -> String {
    let resource = object.resource
    let log = log(of: resource)
    let message = failure.message.lowercased()
    if object.isSource,
      message.contains("authentic") || message.contains("token") || message.contains("permission denied")
    {
      let secret =
        object.secretName.map { "in Secret \(resource.namespace)/\($0)" } ?? "that its secretRef names"
      return "\(log)  # then renew the credentials \(secret) (secretRef) at their source"
    }
    if failure.type == "Stalled" {
      return "\(log)  # nothing is retried until the object changes: mend it in Git"
    }
    return "\(log)  # mend the cause in Git"
  }

  func look(_ resource: Resource) -> String {
    let type =
      resource.group.isEmpty ? resource.kind.lowercased() : "\(resource.kind.lowercased()).\(resource.group)"
    return kubectl("-n \(resource.namespace.shellWord) describe \(type) \(resource.name.shellWord)")
  }

  private func look(_ object: Reference) -> String {
    kubectl(
      "-n \(object.namespace.shellWord) describe \(object.kind.lowercased().shellWord) \(object.name.shellWord)"
    )
  }

  /// Whether every object of a kind of Flux was seen by this poll.
  private func isListed(_ kind: String) -> Bool {
    guard let snapshot = observation.snapshot, snapshot.flux.value != nil else { return false }
    return snapshot.failedFluxKinds[kind] == nil && !snapshot.uncountedKinds.contains(kind)
      && !snapshot.undecodable.contains { $0.kind == kind && $0.name == nil }
      && (!kind.fluxController.isEmpty || kind == "ExternalArtifact")
  }

  // MARK: - The second axis: what kstatus can't tell

  /// A failure that is retried reads InProgress for ever: Ready=False beside Reconciling/ProgressingWithRetry.
  /// While the retry runs, Ready is Unknown: it has failed until it says that it has not.
  private func failure(of object: FluxObject) -> Condition? {
    guard !object.isStatic, !object.isSuspended, object.resource.deletionTimestamp == nil else { return nil }
    let conditions = object.resource.conditions
    if let stalled = conditions["Stalled"], stalled.status == .isTrue { return stalled }
    guard let ready = conditions["Ready"] else { return nil }
    switch ready.status {
    case .isTrue: return nil
    case .isFalse: return ready
    case .unknown: return memory.failures[object.resource.reference]
    }
  }

  /// A health check that failed because of a workload that has its own problem.
  private func isToldByWorkload(_ object: FluxObject, _ failure: Condition) -> Bool {
    let message = failure.message + (object.resource.conditions["Ready"]?.message ?? "")
    let isTimeout = message.contains("deadline exceeded") || message.contains("timed out")
    return brokenWorkloads.contains { workload in
      if failure.reason == "HealthCheckFailed" { return message.names(workload.resource.reference) }
      return isTimeout && workload.manager == object.resource.reference
    }
  }

  /// The pod because of which a health check or a Helm upgrade went wrong.
  private mutating func culprit(of object: FluxObject, _ failure: Condition) -> Pod? {
    let isTimeout = failure.message.contains("deadline exceeded") || failure.message.contains("timed out")
    let found = unwellPods.filter { pod in
      guard let owner = pod.owner, pod.isStuck(at: serverNow) else { return false }
      if failure.reason == "HealthCheckFailed" { return failure.message.names(owner) }
      return isTimeout && managers[owner] == object.resource.reference
    }
    toldPods.formUnion(found.map(\.resource.reference))
    return found.max { $0.restarts < $1.restarts }
  }
}

extension String {
  /// `Deployment/apps/web`, as the health checks of Flux name what they wait for.
  fileprivate func names(_ object: Reference) -> Bool {
    contains("\(object.kind)/\(object.namespace)/\(object.name) ")
      || contains("\(object.kind)/\(object.namespace)/\(object.name)'")
      || hasSuffix("\(object.kind)/\(object.namespace)/\(object.name)")
  }
}
