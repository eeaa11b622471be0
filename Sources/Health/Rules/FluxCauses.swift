/// The dependencies between failing Flux objects, so that a cause is reported once and not again for each dependant.
///
/// The result is computed once for all objects, from causes to dependants and without recursion.
struct FluxCauses {
  /// The failed objects and their conditions.
  let failures: [Reference: Condition]
  private let objects: [Reference: FluxObject]
  /// Objects that are referenced and do not exist: their kind was listed, but they are not in the list.
  private let absent: Set<Reference>
  /// Failed objects that do not wait for another failed object, and all objects that wait for them.
  private var behindRoot: Set<Reference> = []
  /// The objects that each failed health check names, or Helm's wait for the objects of a release.
  private let checks: [Reference: [Reference]]
  /// The failed objects that wait for each object.
  private var waiting: [Reference: [Reference]] = [:]
  /// The object that reports a dependency cycle, by each object in or behind the cycle.
  private var cycleReporters: [Reference: Reference] = [:]

  static let waitingReasons: Set = [
    "DependencyNotReady", "SourceNotReady", "HelmChartNotReady", "ArtifactFailed", "SourceUnavailable",
    "NoSourceArtifact",
    // Of a GitRepository that includes another one.
    "NoArtifact", "NotFound",
  ]

  /// - Parameters:
  ///   - terminating: objects that are reported because they do not terminate.
  ///   - isListed: returns true if every object of the kind was seen.
  init(
    _ objects: [FluxObject] = [], failures: [Reference: Condition] = [:], terminating: Set<Reference> = [],
    isListed: (_ kind: String) -> Bool = { _ in false }
  ) {
    self.failures = failures
    let known = Set(objects.map(\.resource.reference))
    let parents = objects.flatMap { object in
      FluxCauses.parents(of: object)
        + [FluxCauses.namedChart(of: object, failures[object.resource.reference])].compactMap(\.self)
    }
    let kinds = Set(parents.map(\.kind)).filter(isListed)
    absent = Set(
      parents.lazy.filter {
        kinds.contains($0.kind) && !known.contains($0)
      })
    self.objects = Dictionary(objects.map { ($0.resource.reference, $0) }) { first, _ in first }
    checks = self.objects.reduce(into: [:]) { checks, entry in
      let checked = failures[entry.key]?.checkedObjects(of: entry.value.resource) ?? []
      if !checked.isEmpty { checks[entry.key] = checked }
    }
    followRoots(terminating.union(outdatedParents()))
    followCycles()
    followChecks()
  }

  func object(_ reference: Reference) -> FluxObject? { objects[reference] }

  func isKnown(_ reference: Reference) -> Bool { objects[reference] != nil }

  /// True if it is referenced, its kind was listed, and it is not in the list.
  func isAbsent(_ reference: Reference) -> Bool { absent.contains(reference) }

  func parents(of object: FluxObject) -> [Reference] { FluxCauses.parents(of: object) }

  private static func parents(of object: FluxObject) -> [Reference] {
    object.dependsOn + [object.chart, object.source].compactMap(\.self)
  }

  /// The HelmChart that a release waits for, from its message, because its status does not have it until it exists.
  private static func namedChart(of object: FluxObject, _ failure: Condition?) -> Reference? {
    guard object.resource.kind == "HelmRelease", object.chart == nil, let failure else { return nil }
    let words = failure.message.split(separator: "'", omittingEmptySubsequences: false)
    guard let index = words.firstIndex(where: { $0.hasSuffix("HelmChart ") }), index + 2 < words.count else {
      return nil
    }
    let parts = words[index + 1].split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    return Reference(kind: "HelmChart", namespace: String(parts[0]), name: String(parts[1]))
  }

  /// The missing object that it waits for: a dependency if its message says that one is not ready, otherwise the
  /// source.
  func absentParent(of object: FluxObject) -> Reference? {
    guard let failure = failures[object.resource.reference], isWaiting(object) else { return nil }
    let candidates =
      failure.reason == "DependencyNotReady" || object.resource.kind == "GitRepository"
      ? object.dependsOn
      : [object.chart ?? FluxCauses.namedChart(of: object, failure), object.source].compactMap(\.self)
    let missing = candidates.filter(absent.contains)
    return missing.first(where: failure.message.names) ?? missing.first
  }

  /// The object that its message names among those it waits for; otherwise the first that is not healthy.
  func awaitedParent(of object: FluxObject) -> Reference? {
    let known = parents(of: object).filter(isKnown)
    let message = failures[object.resource.reference]?.message ?? ""
    return known.first(where: message.names)
      ?? known.first { failures[$0] != nil || objects[$0]?.isSuspendedUnready == true } ?? known.first
  }

  /// True if its status says that it waits for something, which may itself be healthy.
  func isWaiting(_ object: FluxObject) -> Bool {
    guard let failure = failures[object.resource.reference] else { return false }
    return failure.isWait
  }

  /// The objects that its failed health check names.
  private func checked(by object: FluxObject) -> [Reference] { checks[object.resource.reference] ?? [] }

  /// True if its failure is already reported as a problem of an object that it waits for, or as problems of all objects
  /// that its failed health check names.
  ///
  /// - Parameter reported: objects that have their own problems.
  func hasReported(_ object: FluxObject, beside reported: Set<Reference>) -> Bool {
    let own = object.resource.reference
    guard failures[own] != nil else { return false }
    let checked = checked(by: object)
    if !checked.isEmpty {
      // Another object that the check names may be one that has no problem of its own.
      if checked.allSatisfy({ behindRoot.contains($0) || reported.contains($0) }) { return true }
      if checked.contains(where: behindRoot.contains) { return false }
    } else if isWaiting(object) {
      if awaited(by: object).contains(where: behindRoot.contains) { return true }
    } else {
      return false
    }
    return cycleReporters[own].map { $0 != own } ?? false
  }

  /// The objects that a failed object waits for: its parents, or those that its health check names.
  private func awaited(by object: FluxObject) -> [Reference] {
    let checked = checked(by: object)
    if !checked.isEmpty { return checked.filter(isKnown) }
    return isWaiting(object) && absentParent(of: object) == nil ? parents(of: object) : []
  }

  /// The last object of the chain of waiting objects that begins at this one: it waits for nothing itself.
  func awaitedRoot(of object: FluxObject) -> FluxObject? {
    var seen: Set<Reference> = [object.resource.reference]
    var next = object
    while isWaiting(next), let parent = awaitedParent(of: next), let found = objects[parent] {
      // A longer chain is not followed, because each of its objects would follow it.
      guard seen.count < 256, seen.insert(parent).inserted else { return nil }
      next = found
    }
    return next.resource.reference == object.resource.reference ? nil : next
  }

  /// The shortest dependency cycle through the object, from it back to itself, if the object reports the cycle.
  func cycle(of object: FluxObject) -> [Reference]? {
    let own = object.resource.reference
    guard cycleReporters[own] == own else { return nil }
    var before: [Reference: Reference] = [:]
    var open = [own]
    var index = 0
    while index < open.count, before[own] == nil {
      let next = open[index]
      index += 1
      for parent in objects[next].map(awaited) ?? []
      where cycleReporters[parent] != nil && before[parent] == nil {
        before[parent] = next
        open.append(parent)
      }
    }
    guard var place = before[own] else { return nil }
    var cycle = [own]
    while place != own {
      cycle.append(place)
      guard let earlier = before[place] else { return nil }
      place = earlier
    }
    return [own] + cycle.reversed()
  }

  // MARK: - From causes to dependants

  /// Suspended objects whose dependants wait for the revision that they do not apply.
  private func outdatedParents() -> Set<Reference> {
    Set(
      failures.filter { $0.value.message.contains("revision is not up to date") }.compactMap { entry in
        objects[entry.key].map(parents)?.first {
          entry.value.message.names($0) && objects[$0]?.isSuspended == true
        }
      })
  }

  /// - Parameter reported: objects that are reported although they have not failed.
  private mutating func followRoots(_ reported: Set<Reference>) {
    var open: [Reference] = []
    for (reference, object) in objects {
      if reported.contains(reference) {
        open.append(reference)
      } else if object.isSuspended {
        if object.isSuspendedUnready { open.append(reference) }
      } else if failures[reference] != nil {
        // If it waits for nothing or for a missing object, the problem is its own.
        let parents = awaited(by: object)
        let isOwn = failures[reference]?.isDownloadFault == true && parents.allSatisfy { failures[$0] == nil }
        if !isOwn, parents.contains(where: isKnown) {
          for parent in parents { waiting[parent, default: []].append(reference) }
        } else {
          open.append(reference)
        }
      }
    }
    spread(from: open)
  }

  private mutating func spread(from roots: [Reference]) {
    var open = roots
    behindRoot.formUnion(roots)
    while let next = open.popLast() {
      for child in waiting[next] ?? [] where behindRoot.insert(child).inserted { open.append(child) }
    }
  }

  /// A failed check of objects that have not failed is a failure of its own, for which other objects may wait.
  private mutating func followChecks() {
    spread(from: checks.keys.filter { !behindRoot.contains($0) && cycleReporters[$0] == nil })
  }

  /// For each dependency cycle, the first object by name reports for all objects that wait for the cycle.
  private mutating func followCycles() {
    var waiting: [Reference: [Reference]] = [:]
    /// The number of failed objects that each of them waits for.
    var counts: [Reference: Int] = [:]
    for (reference, object) in objects where failures[reference] != nil {
      let parents = Set(awaited(by: object)).filter { failures[$0] != nil }
      counts[reference] = parents.count
      for parent in parents { waiting[parent, default: []].append(reference) }
    }
    // Objects that wait for nothing, or only for such objects, are neither in a cycle nor behind one.
    var open = counts.filter { $0.value == 0 }.map(\.key)
    while let next = open.popLast() {
      counts[next] = nil
      for child in waiting[next] ?? [] {
        guard let count = counts[child] else { continue }
        counts[child] = count - 1
        if count == 1 { open.append(child) }
      }
    }
    let named = counts.keys.map { (name: $0.description, reference: $0) }
    for (_, reporter) in named.sorted(by: { $0.name < $1.name }) {
      open = [reporter]
      while let next = open.popLast() {
        for child in waiting[next] ?? [] where counts[child] != nil && cycleReporters[child] == nil {
          cycleReporters[child] = reporter
          open.append(child)
        }
      }
    }
  }
}

// Objects of any kind that are the cause of a failure.
extension Evaluation {
  /// True if the failure may be that of an object which is judged later.
  func mayBeExplainedLater(_ object: FluxObject) -> Bool {
    guard let failure = lastFailure(of: object) else { return false }
    return !failure.checkedObjects(of: object.resource).isEmpty || isWaitForWorkloads(failure, object)
  }

  /// Its failure; the one before, if it has begun to wait for another object.
  func lastFailure(of object: FluxObject) -> Condition? {
    let reference = object.resource.reference
    return causes.failures[reference].map { lastingFailure(of: reference, now: $0) ?? $0 }
  }

  /// Judges the objects that wait for others in vain, after all objects that they may name.
  mutating func judgeFailedChecks() {
    let names = failedChecks.flatMap {
      lastFailure(of: $0.object)?.checkedObjects(of: $0.object.resource) ?? []
    }
    reportedObjects = reported(among: Set(names))
    for (row, object) in failedChecks { flux[row] = judge(object) }
    raiseCollectedCauses()
  }

  /// The objects that have a problem, or had one when their kind could last be read.
  private mutating func reported(among names: Set<Reference>) -> Set<Reference> {
    guard !names.isEmpty else { return [] }
    let subjects = Set(problems.map(\.subject))
    let broken = Set(brokenWorkloads.map(\.resource.reference))
    let kept = keptProblems.filter { !ProblemCode.of(id: $0).isEmpty }
    // The problems of pods have only the worst of them in their texts.
    var pods: Set<Reference> = []
    if names.contains(where: { $0.kind == "Pod" }), let census = observation.snapshot?.pods.value {
      let report = report(census)
      let all = report.crashLooping + report.pending + report.notReady + report.terminating + report.failed
      pods = Set(all.map(\.resource.reference))
    }
    return names.filter { name in
      let isMissing =
        Evaluation.workloadKinds.contains(name.kind)
        && subjects.contains("workload \(name.namespace)/\(name.name)")
      return subjects.contains(name.description) || isMissing || broken.contains(name) || pods.contains(name)
        || kept.contains { name.hasProblem(at: $0) }
    }
  }

  /// True if a failure is that of objects which have their own problems. A health check that names several objects is
  /// explained only if each of them has one.
  func isReportedByOthers(_ object: FluxObject, _ failure: Condition) -> Bool {
    let checked = failure.checkedObjects(of: object.resource)
    guard checked.isEmpty else { return checked.allSatisfy(reportedObjects.contains) }
    return !causesOfWait(failure, object).isEmpty
  }

  /// True if Helm gave up waiting for the workloads of a release. Other timeouts, such as those of a webhook, a download
  /// or the API, say nothing about them.
  func isWaitForWorkloads(_ failure: Condition, _ object: FluxObject) -> Bool {
    guard object.resource.kind == "HelmRelease" else { return false }
    let attempt = failure.attempt(of: object.resource)
    guard attempt.isOfCheck(by: object.resource.kind) else { return false }
    let message = attempt.message
    // Hooks are Jobs of their own.
    guard !["webhook", "hooks failed", "failed pre-", "failed post-"].contains(where: message.contains) else {
      return false
    }
    if message.contains("timed out waiting for the condition") { return true }
    // The error of a request has its URL in quotes before it.
    return message.contains("context deadline exceeded")
      && !message.contains("\": context deadline exceeded")
  }

  /// The pod that made a health check or a Helm upgrade fail.
  mutating func failingPod(of object: FluxObject, _ failure: Condition) -> Pod? {
    let isTimeout = isWaitForWorkloads(failure, object)
    let checked = failure.checkedObjects(of: object.resource)
    let found = unhealthyPods.filter { pod in
      guard let owner = pod.owner, pod.isStuck(at: serverNow) else { return false }
      if checked.contains(owner) { return true }
      return isTimeout && managers[owner] == object.resource.reference
    }
    reportedPods.formUnion(found.map(\.resource.reference))
    return found.max { $0.restarts < $1.restarts }
  }
}

extension Condition {
  /// The condition of the last attempt. Stalled=True RetriesExceeded is set in addition to it.
  fileprivate func attempt(of resource: Resource) -> Condition {
    type == "Stalled" ? resource.outcome ?? self : self
  }

  /// The objects that a failed health check names, or Helm's wait for the objects of a release.
  func checkedObjects(of resource: Resource) -> [Reference] {
    let attempt = attempt(of: resource)
    return attempt.isOfCheck(by: resource.kind)
      ? attempt.message.checkedObjects.filter { $0 != resource.reference } : []
  }

  /// True if its reason is that of a health check, or of an action of Helm, which may wait for the objects of a release.
  fileprivate func isOfCheck(by kind: String) -> Bool {
    kind == "HelmRelease" ? Condition.actionsOfHelm.contains(reason) : reason == "HealthCheckFailed"
  }

  private static let actionsOfHelm: Set = [
    "InstallFailed", "UpgradeFailed", "RollbackFailed", "TestFailed", "RetriesExceeded",
  ]
}

extension FluxObject {
  /// True if it is suspended in a state that its dependants do not accept as ready: Ready is not True, or is of an
  /// older generation.
  fileprivate var isSuspendedUnready: Bool {
    guard isSuspended else { return false }
    if resource.conditions["Ready"]?.status != .isTrue { return true }
    guard let generation = resource.generation, let observed = resource.observedGeneration else {
      return false
    }
    return generation != observed
  }
}

extension String {
  /// True if a message such as `dependency 'flux-system/ghost' not found` or `no artifact available for include 'ghost'`
  /// contains the name of `parent`.
  fileprivate func names(_ parent: Reference) -> Bool {
    contains("'\(parent.namespace)/\(parent.name)'") || contains("include '\(parent.name)'")
  }

  /// The objects that the message of a health check names, for example `Kustomization/flux-system/apps`. One without a
  /// namespace is `Namespace/apps status: 'InProgress'` or, for Helm, `Namespace//apps`.
  var checkedObjects: [Reference] {
    let words = split(whereSeparator: { " \n\t'\"[](),;".contains($0) })
    return words.indices.compactMap { index in
      let parts = words[index].split(separator: "/", omittingEmptySubsequences: false)
      guard let first = parts.first?.first, first.isUppercase, parts.last?.isEmpty == false else {
        return nil
      }
      if parts.count == 3 {
        return Reference(kind: String(parts[0]), namespace: String(parts[1]), name: String(parts[2]))
      }
      guard parts.count == 2, index + 1 < words.count, words[index + 1] == "status:" else { return nil }
      return Reference(kind: String(parts[0]), namespace: "", name: String(parts[1]))
    }
  }
}
