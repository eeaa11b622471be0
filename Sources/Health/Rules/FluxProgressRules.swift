/// A problem of an object whose status is healthy or in progress.
struct FluxSymptom {
  let problem: FluxObjectProblem
  let facts: [String: String]
  let detail: String
  let since: Timestamp?
  /// Shown instead of the object's own reason.
  var reason: String? = nil
}

// Rules about time: an object with Ready=True may no longer be reconciled, and one in progress may be stuck.
extension Evaluation {
  mutating func progressSymptom(of object: FluxObject, _ status: ObjectStatus, _ shown: Condition?)
    -> FluxSymptom?
  {
    if let since = withoutStatusSince(object.resource) {
      return FluxSymptom(
        problem: .stuck, facts: ["state": "has had no status for \((serverNow - since).humanDuration)"],
        detail: Evaluation.noStatus, since: since, reason: "NoStatus")
    }
    if let started = hungSince(object, status, shown) {
      return FluxSymptom(
        problem: .stuck,
        facts: ["state": "has been in progress for \((serverNow - started).humanDuration)"],
        detail: shown?.message ?? "", since: started)
    }
    if let last = heartbeat(of: object), let interval = object.interval,
      Evaluation.isOverdue(last, serverNow, interval: interval, timeout: object.ownTimeout)
    {
      return FluxSymptom(
        problem: .overdue, facts: ["age": (serverNow - last).humanDuration],
        detail: "its interval is \(interval.humanDuration), and its status is as old as that"
          + missed(by: object),
        since: last)
    }
    if let request = object.request {
      let age = elapsed(
        since: request.time, watching: "\(object.resource.reference.problemPath)/request/\(request.value)")
      if age > object.ownTimeout + .seconds(120) {
        return FluxSymptom(
          problem: .unanswered, facts: ["age": age.humanDuration],
          detail: "reconcile.fluxcd.io/requestedAt is not the value that was handled last",
          since: serverNow - age)
      }
    }
    return lag(of: object)
  }

  private func missed(by object: FluxObject) -> String {
    guard let wanted = object.source.flatMap(causes.object)?.revision, let applied = object.revision,
      !wanted.isSameRevision(as: applied)
    else { return "" }
    return "; its source has \(wanted.shortRevision), applied is \(applied.shortRevision)"
  }

  /// The time of the last run, including runs without changes; nil for kinds that only record changes.
  func heartbeat(of object: FluxObject) -> Timestamp? {
    guard object.resource.kind == "Kustomization", !object.isSuspended,
      let ready = object.resource.conditions["Ready"], ready.status == .isTrue,
      let time = ready.lastTransitionTime
    else { return nil }
    return max(time, object.lastReconciled ?? time)
  }

  /// True if the last run is older than the interval allows. Controllers add up to 10 % to an interval to spread the
  /// load.
  static func isOverdue(_ last: Timestamp, _ now: Timestamp, interval: Duration, timeout: Duration) -> Bool {
    now - last > interval * 1.1 + timeout + .seconds(60)
  }

  /// The time since which it is stuck. Progress is a problem only after the object's own timeout, because healthy
  /// objects are in progress at every interval.
  private mutating func hungSince(_ object: FluxObject, _ status: ObjectStatus, _ shown: Condition?)
    -> Timestamp?
  {
    guard status == .inProgress else { return nil }
    return hungSince(object.resource, shown, timeLimit: object.ownTimeout + .seconds(60))
  }

  /// - Parameter shown: the displayed condition.
  mutating func hungSince(_ resource: Resource, _ shown: Condition?, timeLimit: Duration) -> Timestamp? {
    // A HelmRelease keeps Ready=True while it reconciles, so its Reconciling condition has the time.
    let reconciling = resource.conditions["Reconciling"].flatMap { $0.status == .isTrue ? $0 : nil }
    let running = shown.flatMap { $0.status == .isTrue ? nil : $0 } ?? reconciling
    if let started = running?.lastTransitionTime, started <= serverNow {
      return serverNow - started > timeLimit ? started : nil
    }
    // No controller has observed the change yet, so its time is not recorded. The same applies if the writer's clock is
    // ahead.
    let seen = watch("\(resource.reference.problemPath)/unobserved")
    return seen > timeLimit ? serverNow - seen : nil
  }

  static let noStatus = "no controller has written a Ready condition for it"

  /// The time since which an object has lacked a Ready condition that its controller must write; nil if it has one or
  /// may get one soon. kstatus calls such an object Current.
  mutating func withoutStatusSince(_ resource: Resource) -> Timestamp? {
    guard resource.conditions["Ready"] == nil, resource.deletionTimestamp == nil else { return nil }
    // If it has another condition, that is judged by its own time.
    guard
      !resource.conditions.contains(where: {
        ["Stalled", "Reconciling"].contains($0.type) && $0.status == .isTrue
      })
    else { return nil }
    let timeLimit = Duration.seconds(300)
    // It had conditions before, so its age does not matter.
    let age = resource.conditions.isEmpty ? resource.creationTimestamp.map { serverNow - $0 } : nil
    let without = age ?? watch("\(resource.reference.problemPath)/no-status")
    return without > timeLimit ? serverNow - without : nil
  }

  func isBehind(_ object: FluxObject) -> Bool { lag(of: object) != nil }

  /// The problem if the source's revision has not been applied for longer than the interval allows.
  private func lag(of object: FluxObject) -> FluxSymptom? {
    let isRelease = object.resource.kind == "HelmRelease"
    guard isRelease || object.resource.kind == "Kustomization",
      let source = (isRelease ? object.chartArtifact : object.source).flatMap(causes.object),
      // A suspended source is a separate problem.
      !source.isSuspended, let wanted = source.revision, let changed = source.artifactUpdateTime
    else { return nil }
    // The chart of an OCIRepository has a version of its own, so its digest is compared.
    let isDigest = isRelease && source.resource.kind == "OCIRepository"
    let attempted = isDigest ? object.attemptedDigest : object.attemptedRevision
    if isDigest, attempted == nil { return nil }
    guard !wanted.isSameRevision(as: (isRelease ? attempted : object.revision) ?? "") else { return nil }
    let applied = isRelease ? object.attemptedRevision : object.revision
    let interval = object.interval ?? .seconds(600)
    let age = serverNow - changed
    guard age > max(interval * 2, object.ownTimeout + .seconds(60)) else { return nil }
    let isAttempted = attempted.map(wanted.isSameRevision) ?? false
    return FluxSymptom(
      problem: .behindSource,
      facts: ["source": source.resource.reference.title, "age": age.humanDuration],
      detail: "source \(wanted.shortRevision), applied \(applied?.shortRevision ?? "nothing"): "
        + (isAttempted ? "tried, and not brought to an end" : "not even tried"),
      since: changed)
  }
}

extension FluxObject {
  /// spec.timeout or the controller's default. For a Kustomization that is the interval less 30 s, at least 30 s
  /// (GetTimeout of kustomize-controller); for a HelmRelease 5 min.
  var ownTimeout: Duration {
    if let timeout { return timeout }
    if resource.kind == "HelmRelease" { return .seconds(300) }
    return max(.seconds(30), (interval ?? .seconds(300)) - .seconds(30))
  }

  /// The object whose artifact is the chart of a HelmRelease: its HelmChart, or the one that spec.chartRef names. The
  /// digest of an ExternalArtifact is not recorded by the release.
  var chartArtifact: Reference? {
    if let chart { return chart }
    return source.flatMap { ["HelmChart", "OCIRepository"].contains($0.kind) ? $0 : nil }
  }

  var isSource: Bool { CustomKind.sources.contains(resource.kind) }
}

extension String {
  /// `main/<commit>` in older objects means the same as `main@sha1:<commit>`.
  func isSameRevision(as other: String) -> Bool {
    self == other || comparableRevision == other.comparableRevision
  }

  private var comparableRevision: Substring {
    if let colon = lastIndex(of: ":") { return self[index(after: colon)...] }
    if let slash = lastIndex(of: "/") { return self[index(after: slash)...] }
    return self[...]
  }

  /// The revision with the first eight digits of its commit or digest.
  var shortRevision: String {
    let digits = comparableRevision
    guard digits.utf8.count >= 40, digits.allSatisfy(\.isHexDigit) else { return self }
    return String(dropLast(digits.count)) + digits.prefix(8)
  }
}
