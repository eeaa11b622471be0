/// The parts of a cluster whose changes are recorded: objects with their facts, from all polls so far.
///
/// Pure: the times are parameters.
public struct Inventory: Hashable, Sendable {
  package struct Object: Hashable, Sendable {
    package var facts: [Fact]
    /// The time at which it was last seen, if that is not the last list of its kind.
    package var lastSeen: Timestamp?
    /// The time of the first list without it. The next list confirms that it is gone.
    package var missingSince: Timestamp?

    package init(facts: [Fact], lastSeen: Timestamp? = nil, missingSince: Timestamp? = nil) {
      self.facts = facts
      self.lastSeen = lastSeen
      self.missingSince = missingSince
    }
  }

  /// A fact of an object, without its value.
  package struct Key: Hashable, Sendable {
    package let object: Reference
    package let kind: Fact.Kind
    package let detail: String

    package init(object: Reference, kind: Fact.Kind, detail: String) {
      self.object = object
      self.kind = kind
      self.detail = detail
    }
  }

  /// A change that is not written to the journal yet.
  package struct Waiting: Hashable, Sendable {
    package let from: String?
    package var to: String?
    /// When the first value was last seen.
    package let formerSeenAt: Timestamp
    /// When the last value was first seen.
    package var seenAt: Timestamp
    /// The number of changes between the first and the last value.
    package var steps: Int

    package init(from: String?, to: String?, formerSeenAt: Timestamp, seenAt: Timestamp, steps: Int) {
      self.from = from
      self.to = to
      self.formerSeenAt = formerSeenAt
      self.seenAt = seenAt
      self.steps = steps
    }
  }

  /// Names of objects can appear and disappear faster than their changes are written. Further changes are not
  /// recorded.
  package static let waitingLimit = 20_000

  package var objects: [Reference: Object] = [:]
  /// When each kind was last listed. The first list of a kind contains no change.
  package var listed: [String: Timestamp] = [:]
  package var waiting: [Key: Waiting] = [:]

  public init() {}

  /// Compares a successful poll with the former ones. What it could not read stays as it was.
  ///
  /// - Parameter now: the time of the poll by the guard's clock.
  public mutating func update(_ snapshot: Snapshot, fluxNamespace: String, at now: Timestamp) {
    // A server that is starting may answer with incomplete lists.
    guard snapshot.isReady != false else { return }
    let observed = ObservedFacts(snapshot, fluxNamespace: fluxNamespace)
    var seen: Set<Reference> = []
    seen.reserveCapacity(observed.objects.count)
    for (reference, facts) in observed.objects {
      seen.insert(reference)
      see(reference, facts, at: now)
    }
    if seen.count < objects.count {
      for (reference, object) in objects
      where observed.kinds.contains(reference.kind) && !seen.contains(reference) {
        miss(reference, object, isHidden: snapshot.unreadableReason(of: reference) != nil, at: now)
      }
    }
    for kind in observed.kinds { listed[kind] = now }
  }

  private mutating func see(_ reference: Reference, _ facts: [Fact], at now: Timestamp) {
    guard var object = objects[reference] else {
      objects[reference] = Object(facts: facts)
      guard let former = listed[reference.kind] else { return }
      for fact in facts { add(reference, nil, fact, former, now) }
      return
    }
    guard object.facts != facts || object.lastSeen != nil else { return }
    let former = object.lastSeen ?? listed[reference.kind] ?? now
    let known = Dictionary(object.facts.map { (Place($0), $0) }) { first, _ in first }
    let places = Set(facts.map { Place($0) })
    // A fact that is missing is unknown. Only the images of a spec are always complete.
    let hasImages = facts.contains { $0.kind == .image }
    var left = object.facts.filter { !places.contains(Place($0)) }
    var removed = hasImages ? left.filter { $0.kind == .image } : []
    left.removeAll { removed.contains($0) }
    var added: [Fact] = []
    for fact in facts {
      guard let old = known[Place(fact)] else {
        added.append(fact)
        continue
      }
      if old.value != fact.value { add(reference, old, fact, former, now) }
    }
    // An image that is moved to another registry is one change.
    if removed.count == 1, added.count == 1, added[0].kind == .image {
      add(reference, removed.removeFirst(), added.removeFirst(), former, now)
    }
    for fact in removed { add(reference, fact, nil, former, now) }
    for fact in added { add(reference, nil, fact, former, now) }
    object = Object(facts: facts + left)
    objects[reference] = object
  }

  private mutating func miss(
    _ reference: Reference, _ object: Object, isHidden: Bool, at now: Timestamp
  ) {
    var object = object
    let former = object.lastSeen ?? listed[reference.kind] ?? now
    object.lastSeen = former
    if !isHidden {
      guard object.missingSince == nil else {
        objects[reference] = nil
        for fact in object.facts { add(reference, fact, nil, former, object.missingSince ?? now) }
        return
      }
      object.missingSince = now
    }
    objects[reference] = object
  }

  /// Adds a change to those that wait.
  private mutating func add(
    _ reference: Reference, _ old: Fact?, _ new: Fact?, _ former: Timestamp, _ now: Timestamp
  ) {
    guard let fact = old ?? new, old != nil && new != nil || !fact.kind.isAttribute else { return }
    let key = Key(object: reference, kind: fact.kind, detail: fact.detail)
    if var change = waiting[key] {
      change.to = new?.value
      change.seenAt = now
      change.steps += 1
      waiting[key] = change.from == change.to ? nil : change
    } else if waiting.count < Inventory.waitingLimit {
      waiting[key] = Waiting(
        from: old?.value, to: new?.value, formerSeenAt: min(former, now), seenAt: now, steps: 1)
    }
  }

  private struct Place: Hashable {
    let kind: Fact.Kind
    let detail: String

    init(_ fact: Fact) {
      kind = fact.kind
      detail = fact.detail
    }
  }
}
