/// Equal changes of several objects: one commit moves many Kustomizations from one revision to another.
public struct ObservedChange: Hashable, Sendable {
  public let kind: Fact.Kind
  /// nil: the object is new.
  public let from: String?
  /// nil: the object is gone.
  public let to: String?
  package let keys: [Inventory.Key]
  /// The names of the objects, sorted: `kustomization flux-system/apps`.
  public let names: [String]
  /// The number of changes between `from` and `to`. Intermediate values were not written.
  public let steps: Int
  /// When `from` was last seen. The change happened after it.
  public let formerSeenAt: Timestamp
  /// When `to` was first seen. The change happened before it.
  public let seenAt: Timestamp

  fileprivate init(_ group: Group, _ parts: [(key: Inventory.Key, change: Inventory.Waiting)]) {
    (kind, from, to) = (group.kind, group.from, group.to)
    keys = parts.map(\.key)
    names = parts.map(\.key.object.subject).sorted()
    steps = parts.reduce(1) { max($0, $1.change.steps) }
    let last = parts.reduce(parts[0].change) { $0.seenAt < $1.change.seenAt ? $1.change : $0 }
    (formerSeenAt, seenAt) = (last.formerSeenAt, last.seenAt)
  }

  fileprivate struct Group: Hashable {
    let kind: Fact.Kind
    let from: String?
    let to: String?
  }
}

extension Inventory {
  /// Removes and returns the changes that may be written now. The others stay and are merged with later changes of the
  /// same fact.
  ///
  /// - Parameters:
  ///   - limit: the largest number of groups; the oldest come first.
  ///   - isAllowed: false for a fact that changed too often.
  package mutating func dequeueChanges(limit: Int, where isAllowed: (Key) -> Bool) -> [ObservedChange] {
    guard limit > 0, !waiting.isEmpty else { return [] }
    let groups = Dictionary(grouping: waiting.filter { isAllowed($0.key) }) { key, change in
      ObservedChange.Group(kind: key.kind, from: change.from, to: change.to)
    }
    let ranks = Fact.Kind.ranks
    let changes = groups.map { group, parts in
      ObservedChange(group, parts.map { (key: $0.key, change: $0.value) })
    }
    let written = changes.sorted {
      ($0.seenAt, ranks[$0.kind] ?? 0, $0.names.first ?? "", $0.to ?? $0.from ?? "")
        < ($1.seenAt, ranks[$1.kind] ?? 0, $1.names.first ?? "", $1.to ?? $1.from ?? "")
    }.prefix(limit)
    for change in written { for key in change.keys { waiting[key] = nil } }
    return Array(written)
  }
}
