/// Who waits for whom among the objects of Flux: a cause is told once, and not again by everyone behind it.
struct FluxCauses {
  /// What failed, and how.
  let failures: [Reference: Condition]
  private let objects: [Reference: FluxObject]

  private static let waitingReasons: Set = [
    "DependencyNotReady", "SourceNotReady", "HelmChartNotReady", "ArtifactFailed", "SourceUnavailable",
    "NoSourceArtifact",
  ]

  init(_ objects: [FluxObject] = [], failures: [Reference: Condition] = [:]) {
    self.failures = failures
    self.objects = Dictionary(objects.map { ($0.resource.reference, $0) }) { first, _ in first }
  }

  func object(_ reference: Reference) -> FluxObject? { objects[reference] }

  func isKnown(_ reference: Reference) -> Bool { objects[reference] != nil }

  func parents(of object: FluxObject) -> [Reference] {
    object.dependsOn + [object.chart, object.source].compactMap(\.self)
  }

  /// It says that it waits; whether what it waits for is wrong is another question.
  func isWaiting(_ object: FluxObject) -> Bool {
    guard let failure = failures[object.resource.reference] else { return false }
    return FluxCauses.waitingReasons.contains(failure.reason)
  }

  /// The problem of something that this object waits for, or names as its failed check, stands for its own.
  func hasTold(_ object: FluxObject) -> Bool {
    guard let failure = failures[object.resource.reference] else { return false }
    if failure.reason == "HealthCheckFailed" {
      return failures.keys.contains { other in
        other != object.resource.reference
          && failure.message.contains("\(other.kind)/\(other.namespace)/\(other.name) ")
      }
    }
    guard isWaiting(object) else { return false }
    var seen: Set = [object.resource.reference]
    if parents(of: object).contains(where: { isRoot($0, &seen) }) { return true }
    return isToldByItsCircle(object)
  }

  /// Something wrong that does not itself wait for something wrong.
  private func isRoot(_ reference: Reference, _ seen: inout Set<Reference>) -> Bool {
    guard let object = objects[reference], seen.insert(reference).inserted else { return false }
    if object.isSuspended { return object.resource.conditions["Ready"]?.status != .isTrue }
    guard failures[reference] != nil else { return false }
    guard isWaiting(object) else { return true }
    let parents = parents(of: object)
    // It waits for what is not there: that is its own problem.
    if !parents.contains(where: isKnown) { return true }
    return parents.contains { isRoot($0, &seen) }
  }

  /// Objects that wait for each other in a circle: the first by name speaks for all.
  private func isToldByItsCircle(_ object: FluxObject) -> Bool {
    let own = object.resource.reference
    var circle: Set<Reference> = []
    var open = [own]
    while let next = open.popLast() {
      guard let waiting = objects[next], isWaiting(waiting) else { continue }
      for parent in parents(of: waiting) where failures[parent] != nil && circle.insert(parent).inserted {
        open.append(parent)
      }
    }
    guard circle.contains(own), let first = circle.min(by: { $0.description < $1.description }) else {
      return false
    }
    return first != own
  }
}
