/// Who waits for whom among the objects of Flux: a cause is told once, and not again by everyone behind it.
///
/// What follows from a chain of thousands is worked out once, from the causes on, and without recursion.
struct FluxCauses {
  /// What failed, and how.
  let failures: [Reference: Condition]
  private let objects: [Reference: FluxObject]
  /// What some object names and the cluster does not have: its kind was listed, and it is not in the list.
  private let absent: Set<Reference>
  /// Something wrong that does not itself wait for something wrong, and whoever waits for it.
  private var behindRoot: Set<Reference> = []
  /// Of those that wait for each other in a circle, or for such a circle: who speaks for them.
  private var speakers: [Reference: Reference] = [:]

  private static let waitingReasons: Set = [
    "DependencyNotReady", "SourceNotReady", "HelmChartNotReady", "ArtifactFailed", "SourceUnavailable",
    "NoSourceArtifact",
  ]

  /// - Parameter isListed: whether every object of the kind was seen.
  init(
    _ objects: [FluxObject] = [], failures: [Reference: Condition] = [:],
    isListed: (_ kind: String) -> Bool = { _ in false }
  ) {
    self.failures = failures
    let known = Set(objects.map(\.resource.reference))
    let kinds = Set(objects.flatMap { FluxCauses.parents(of: $0).map(\.kind) }).filter(isListed)
    absent = Set(
      objects.lazy.flatMap { FluxCauses.parents(of: $0) }.filter {
        kinds.contains($0.kind) && !known.contains($0)
      })
    self.objects = Dictionary(objects.map { ($0.resource.reference, $0) }) { first, _ in first }
    followRoots()
    followCircles()
  }

  func object(_ reference: Reference) -> FluxObject? { objects[reference] }

  func isKnown(_ reference: Reference) -> Bool { objects[reference] != nil }

  func parents(of object: FluxObject) -> [Reference] { FluxCauses.parents(of: object) }

  private static func parents(of object: FluxObject) -> [Reference] {
    object.dependsOn + [object.chart, object.source].compactMap(\.self)
  }

  /// What it waits for and the cluster does not have: a dependency where it says that one is not ready, else the
  /// source.
  func absentParent(of object: FluxObject) -> Reference? {
    guard let failure = failures[object.resource.reference], isWaiting(object) else { return nil }
    let candidates =
      failure.reason == "DependencyNotReady"
      ? object.dependsOn : [object.chart, object.source].compactMap(\.self)
    let missing = candidates.filter(absent.contains)
    return missing.first(where: failure.message.names) ?? missing.first
  }

  /// Of what it waits for, the object that its message names; else the first that is not in order.
  func awaitedParent(of object: FluxObject) -> Reference? {
    let known = parents(of: object).filter(isKnown)
    let message = failures[object.resource.reference]?.message ?? ""
    return known.first(where: message.names)
      ?? known.first { failures[$0] != nil || objects[$0]?.isHeldBack == true } ?? known.first
  }

  /// It says that it waits; whether what it waits for is wrong is another question.
  func isWaiting(_ object: FluxObject) -> Bool {
    guard let failure = failures[object.resource.reference] else { return false }
    return FluxCauses.waitingReasons.contains(failure.reason)
  }

  /// The problem of something that this object waits for, or names as its failed check, stands for its own.
  func hasTold(_ object: FluxObject) -> Bool {
    let own = object.resource.reference
    guard let failure = failures[own] else { return false }
    guard isWaiting(object) || failure.reason == "HealthCheckFailed" else { return false }
    if awaited(by: object).contains(where: behindRoot.contains) { return true }
    return speakers[own].map { $0 != own } ?? false
  }

  /// What a failed object waits for by its own account: its parents, or the objects that its health check names.
  private func awaited(by object: FluxObject) -> [Reference] {
    let own = object.resource.reference
    guard let failure = failures[own] else { return [] }
    if failure.reason == "HealthCheckFailed" {
      return failure.message.namedObjects.filter { $0 != own && isKnown($0) }
    }
    return isWaiting(object) && absentParent(of: object) == nil ? parents(of: object) : []
  }

  // MARK: - From the causes on

  private mutating func followRoots() {
    var waiting: [Reference: [Reference]] = [:]
    var open: [Reference] = []
    for (reference, object) in objects {
      if object.isSuspended {
        if object.isHeldBack { open.append(reference) }
      } else if failures[reference] != nil {
        // It waits for nothing, or for what is not there: that is its own problem.
        let parents = awaited(by: object)
        if parents.contains(where: isKnown) {
          for parent in parents { waiting[parent, default: []].append(reference) }
        } else {
          open.append(reference)
        }
      }
    }
    behindRoot = Set(open)
    while let next = open.popLast() {
      for child in waiting[next] ?? [] where behindRoot.insert(child).inserted { open.append(child) }
    }
  }

  /// Where the chain of those that wait has no end, the first by name speaks for all that lead to it.
  private mutating func followCircles() {
    var waiting: [Reference: [Reference]] = [:]
    /// For how many failed ones each of them waits.
    var counts: [Reference: Int] = [:]
    for (reference, object) in objects where failures[reference] != nil {
      let parents = Set(awaited(by: object)).filter { failures[$0] != nil }
      counts[reference] = parents.count
      for parent in parents { waiting[parent, default: []].append(reference) }
    }
    // Who waits for nobody, or only for such as these, is in no circle and behind none.
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
    for (_, speaker) in named.sorted(by: { $0.name < $1.name }) {
      open = [speaker]
      while let next = open.popLast() {
        for child in waiting[next] ?? [] where counts[child] != nil && speakers[child] == nil {
          speakers[child] = speaker
          open.append(child)
        }
      }
    }
  }
}

extension FluxObject {
  /// Suspended in a state that its dependants don't accept as ready: Ready is not True, or of an older generation.
  fileprivate var isHeldBack: Bool {
    guard isSuspended else { return false }
    if resource.conditions["Ready"]?.status != .isTrue { return true }
    guard let generation = resource.generation, let observed = resource.observedGeneration else {
      return false
    }
    return generation != observed
  }
}

extension String {
  /// `dependency 'flux-system/ghost' not found`
  fileprivate func names(_ parent: Reference) -> Bool {
    contains("'\(parent.namespace)/\(parent.name)'")
  }

  /// The `Kustomization/flux-system/apps` in a message of Flux.
  fileprivate var namedObjects: [Reference] {
    split(whereSeparator: { " \n\t'\"[](),;".contains($0) }).compactMap { word in
      let parts = word.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
      return Reference(kind: String(parts[0]), namespace: String(parts[1]), name: String(parts[2]))
    }
  }
}
