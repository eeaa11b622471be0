internal import GuardTypes

// Rules for objects that exist but could not be decoded. They are neither healthy nor missing, and their problems stay
// open.
extension Evaluation {
  /// Must run before all rules that report missing objects.
  mutating func recordUndecodable(_ snapshot: Snapshot) {
    for object in snapshot.undecodable {
      guard let reference = object.reference else {
        markUnread(kind: object.kind)
        continue
      }
      markUnread(UnreadPath.all("\(reference.problemPath)/"), subject: reference.description)
      if object.isNeeded(expectations) { isBlind = true }
    }
    for kind in snapshot.uncountedKinds { markUnread(kind: kind) }
  }

  /// Any object of the kind may be the undecodable one.
  private mutating func markUnread(kind: String) {
    guard kind != "Lease", kind != "Pod" else { return }
    let path = Reference(kind: kind, namespace: "", name: "").problems
    markUnread(UnreadPath.all(path), kind: Problem.Kind(rawValue: String(path.prefix { $0 != "/" })))
    if UndecodableObject(kind: kind, name: nil, reason: "").isNeeded(expectations) { isBlind = true }
  }

  func isUnreadable(_ object: Reference) -> Bool {
    observation.snapshot?.unreadableReason(of: object) != nil
  }

  /// The last known state of undecodable objects, with the verdict unknown.
  func unreadable<Value>(_ seen: LastSeen.Seen<Value>?) -> [Judged<Value>] {
    guard let seen, !seen.hidden.isEmpty else { return [] }
    return seen.value.filter { seen.hidden.contains($0.resource.reference) }.map(unreadable)
  }

  func unreadable<Value: ClusterObject>(_ value: Value) -> Judged<Value> {
    let reason = observation.snapshot?.unreadableReason(of: value.resource.reference) ?? ""
    return Judged(
      value: value, verdict: .unknown, status: .unknown, reason: "Unreadable",
      message: "can't be read: \(reason)")
  }

  /// The undecodable objects of these kinds whose names are known.
  func undecodableResources(_ kinds: Set<String>) -> [Resource] {
    (observation.snapshot?.undecodable ?? []).compactMap { object in
      guard kinds.contains(object.kind), let name = object.name else { return nil }
      return Resource(kind: object.kind, namespace: object.namespace, name: name)
    }
  }
}

extension UndecodableObject {
  /// True if the cluster cannot be called healthy without it.
  fileprivate func isNeeded(_ expectations: Expectations) -> Bool {
    switch kind {
    case "Deployment", "StatefulSet", "DaemonSet":
      expectations.workloads.contains { mayBe(Reference(kind: kind, namespace: $0.namespace, name: $0.name)) }
    case "Node": true
    default: Reference(kind: kind, namespace: "", name: "").problems.hasPrefix("flux/")
    }
  }
}
