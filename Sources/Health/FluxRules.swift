extension Judgement {
  mutating func judgeFlux(_ snapshot: Snapshot) {
    switch snapshot.flux {
    case .seen(let objects):
      isFluxInstalled = true
      judge(objects)
    case .notServed:
      isFluxInstalled = false
      if expectations.fluxVersion != nil {
        report(
          "flux/missing", .critical, subject: "flux", title: "Flux is not installed",
          detail: "the server has none of its API groups, and expect.flux wants it", remedy: flux("check"))
      }
    case .failed(let failure): report(failure, part: "flux")
    }
    for (kind, failure) in snapshot.failedFluxKinds.sorted(by: { $0.key < $1.key }) {
      report(failure, part: kind)
    }
    judgeFluxVersion(snapshot)
  }

  /// By the labels that `flux install` puts on its controllers.
  private mutating func judgeFluxVersion(_ snapshot: Snapshot) {
    let controllers = (snapshot.workloads.value ?? []).filter { $0.partOf == "flux" }
    let versions = Set(controllers.compactMap(\.version))
    fluxVersion = versions.count == 1 ? versions.first : versions.max()
    guard let wanted = expectations.fluxVersion, let found = fluxVersion, versions != [wanted] else { return }
    report(
      "flux/version", .warning, subject: "flux",
      title: "Flux is \(versions.sorted().joined(separator: ", ")), not \(wanted)",
      detail: found == wanted ? "not every controller runs it" : "", remedy: flux("check"))
  }

  private mutating func judge(_ objects: [FluxObject]) {
    let byReference = Dictionary(objects.map { ($0.resource.reference, $0) }) { first, _ in first }
    let failing = Set(objects.filter { Judgement.isFailing($0, serverNow) }.map(\.resource.reference))
    for object in objects {
      flux.append(judge(object, byReference, failing))
    }
  }

  private mutating func judge(
    _ object: FluxObject, _ all: [Reference: FluxObject], _ failing: Set<Reference>
  ) -> Judged<FluxObject> {
    let resource = object.resource
    let ready = resource.conditions["Ready"]
    if object.isStatic {
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
    let look = kubectl(
      "-n \(resource.namespace) describe \(resource.kind.lowercased()).\(resource.group) \(resource.name)")
    // The controllers leave a suspended object's conditions as they were: they say nothing about now.
    if object.isSuspended {
      report(
        "\(path)/suspended", .warning, subject: subject, title: "\(subject) is suspended",
        detail: "it does not follow Git until it is resumed",
        remedy: "find out who suspended it and why: \(look)")
      return judged(.degraded, "Suspended", "suspended; last: \(shown?.message ?? "")")
    }
    if let deleted = resource.deletionTimestamp {
      guard serverNow - deleted > .seconds(600) else {
        return judged(.healthy, "Terminating", "being deleted")
      }
      report(
        "\(path)/terminating", .warning, subject: subject,
        title: "\(subject) has been terminating for \((serverNow - deleted).humanDuration)", since: deleted,
        remedy: "look at its finalizers: \(look)")
      return judged(.degraded, "Terminating", "being deleted")
    }
    if failing.contains(resource.reference) {
      if Judgement.hasFailingCause(object, ready, failing) { return judged(.degraded) }
      let isNotification = ["Alert", "Provider", "Receiver"].contains(resource.kind)
      let failure = Judgement.failure(of: object)
      report(
        "\(path)/failed", isNotification ? .warning : .critical, subject: subject,
        title: "\(subject) fails: \(failure?.reason ?? "unknown")", detail: failure?.message ?? "",
        since: failure?.lastTransitionTime, remedy: remedy(for: object, look))
      return judged(isNotification ? .degraded : .critical)
    }
    if let started = Judgement.hungSince(object, status, shown, serverNow) {
      report(
        "\(path)/stuck", .warning, subject: subject,
        title: "\(subject) has been in progress for \((serverNow - started).humanDuration)",
        detail: shown?.message ?? "",
        since: started, remedy: look)
      return judged(.degraded)
    }
    if let source = object.source.flatMap({ all[$0] }),
      let lag = Judgement.lag(of: object, behind: source, serverNow)
    {
      report(
        "\(path)/behind-source", .warning, subject: subject,
        title:
          "\(subject) has not applied what \(source.resource.reference) fetched \(lag.humanDuration) ago",
        detail: "source \(source.revision ?? ""), applied \(object.revision ?? "nothing")",
        since: source.artifactUpdateTime, remedy: look)
      return judged(.degraded)
    }
    return judged(.healthy)
  }

  // MARK: - The second axis: what kstatus can't tell

  /// A failure that is retried reads InProgress for ever: Ready=False beside Reconciling/ProgressingWithRetry.
  private static func failure(of object: FluxObject) -> Condition? {
    let conditions = object.resource.conditions
    if let stalled = conditions["Stalled"], stalled.status == .isTrue { return stalled }
    guard let ready = conditions["Ready"], ready.status == .isFalse else { return nil }
    return ready
  }

  private static func isFailing(_ object: FluxObject, _ now: Timestamp) -> Bool {
    guard !object.isStatic, !object.isSuspended, object.resource.deletionTimestamp == nil else {
      return false
    }
    return failure(of: object) != nil
  }

  private static let waitingReasons: Set = [
    "DependencyNotReady", "SourceNotReady", "ArtifactFailed", "HelmChartNotReady",
  ]

  /// A symptom folds into its cause: an object that waits for one that fails is no second problem.
  private static func hasFailingCause(_ object: FluxObject, _ ready: Condition?, _ failing: Set<Reference>)
    -> Bool
  {
    guard let ready, waitingReasons.contains(ready.reason) else { return false }
    return (object.dependsOn + [object.source].compactMap(\.self)).contains(where: failing.contains)
  }

  /// In progress is bad only when older than the object's own timeout: healthy objects flap on every interval.
  private static func hungSince(
    _ object: FluxObject, _ status: ObjectStatus, _ shown: Condition?, _ now: Timestamp
  ) -> Timestamp? {
    guard status == .inProgress else { return nil }
    let interval = object.interval ?? .seconds(300)
    let own =
      object.timeout
      ?? (object.resource.kind == "HelmRelease" ? .seconds(300) : max(.seconds(30), interval - .seconds(30)))
    // A HelmRelease keeps Ready=True while it reconciles: then its Reconciling condition has the time.
    let reconciling = object.resource.conditions["Reconciling"]
    let condition = shown?.status == .isTrue ? reconciling : shown ?? reconciling
    guard let started = condition?.lastTransitionTime ?? object.resource.creationTimestamp else { return nil }
    return now - started > own + .seconds(60) ? started : nil
  }

  /// How long a Kustomization has not applied its source's artifact, once that is longer than its own rhythm.
  private static func lag(of object: FluxObject, behind source: FluxObject, _ now: Timestamp) -> Duration? {
    guard object.resource.kind == "Kustomization", !source.isSuspended, let wanted = source.revision,
      object.revision != wanted, let changed = source.artifactUpdateTime
    else { return nil }
    let interval = object.interval ?? .seconds(600)
    let own = object.timeout ?? max(.seconds(30), interval - .seconds(30))
    let age = now - changed
    return age > max(interval * 2, own + .seconds(60)) ? age : nil
  }

  /// The next command of a person who looks; changes go through Git.
  private func remedy(for object: FluxObject, _ look: String) -> String {
    let resource = object.resource
    let log = flux("logs --kind=\(resource.kind) --name=\(resource.name) --namespace=\(resource.namespace)")
    let message = Judgement.failure(of: object)?.message.lowercased() ?? ""
    if resource.kind == "GitRepository", message.contains("authentic") || message.contains("token") {
      return
        "renew the Git credentials that its secretRef names (through Git or the secret's own source); then \(log)"
    }
    return "\(log); mend the cause in Git"
  }
}
