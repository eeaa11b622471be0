/// A queue that is fair to owners: the guard's own elements come first, then one element per owner in turn, in order of
/// arrival. Pure.
struct FairQueue<Element: Owned> {
  private var waiting: [ClientOwner: [Element]] = [:]
  /// The owners with waiting elements, in the order of their turns; the guard itself is not listed.
  private var turns: [ClientOwner] = []
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ element: Element) {
    let owner = element.owner
    if waiting[owner] == nil, owner != .own { turns.append(owner) }
    waiting[owner, default: []].append(element)
    count += 1
  }

  /// Returns elements that had their turn but were not served. Each goes before its owner's other elements.
  mutating func requeue(_ elements: [Element]) {
    for element in elements.reversed() {
      let owner = element.owner
      if waiting[owner] == nil, owner != .own { turns.insert(owner, at: 0) }
      waiting[owner, default: []].insert(element, at: 0)
    }
    count += elements.count
  }

  mutating func popFirst() -> Element? {
    if let element = pop(.own) { return element }
    guard !turns.isEmpty else { return nil }
    let owner = turns.removeFirst()
    let element = pop(owner)
    if waiting[owner] != nil { turns.append(owner) }
    return element
  }

  /// Removes and returns all elements, in the order of their turns.
  mutating func drain() -> [Element] {
    var elements: [Element] = []
    elements.reserveCapacity(count)
    while let element = popFirst() { elements.append(element) }
    return elements
  }

  /// Removes and returns the elements for which `isTaken` is true.
  mutating func remove(where isTaken: (Element) -> Bool) -> [Element] {
    var taken: [Element] = []
    for (owner, elements) in waiting where elements.contains(where: isTaken) {
      taken += elements.filter(isTaken)
      let rest = elements.filter { !isTaken($0) }
      waiting[owner] = rest.isEmpty ? nil : rest
    }
    turns.removeAll { waiting[$0] == nil }
    count -= taken.count
    return taken
  }

  /// The minimum of `value` over all elements.
  func least<Value: Comparable>(_ value: (Element) -> Value) -> Value? {
    waiting.values.compactMap { $0.map(value).min() }.min()
  }

  private mutating func pop(_ owner: ClientOwner) -> Element? {
    guard var elements = waiting.removeValue(forKey: owner) else { return nil }
    let element = elements.removeFirst()
    if !elements.isEmpty { waiting[owner] = elements }
    count -= 1
    return element
  }
}

extension FairQueue: Sendable where Element: Sendable {}
