package import GuardAPI
import Health

/// The changes of one fact of one object, of which each begins where the former ended: A to B, B to C.
///
/// The objects that an entry does not name share one chain.
struct ChangeChain: Hashable {
  let cluster: String
  let fact: String
  /// nil: objects that the entries do not name.
  let name: String?
  /// The number of objects.
  let count: Int
  let from: String?
  private(set) var to: String?
  private(set) var steps: Int
  let firstAt: Timestamp
  private(set) var lastAt: Timestamp
  private(set) var formerSeenAt: Timestamp?

  private init(_ change: ChangeDocument, name: String?, count: Int) {
    (cluster, fact, from, to) = (change.cluster, change.fact ?? "", change.from, change.to)
    self.name = name
    self.count = count
    steps = max(1, change.steps ?? 1)
    firstAt = change.seenAt ?? change.at
    lastAt = firstAt
    formerSeenAt = change.formerTime
  }

  private mutating func append(_ change: ChangeDocument) {
    to = change.to
    steps += max(1, change.steps ?? 1)
    lastAt = change.seenAt ?? change.at
    formerSeenAt = change.formerTime
  }

  /// - Parameter changes: oldest first; other events are ignored.
  static func fold(_ changes: [ChangeDocument]) -> [ChangeChain] {
    struct Place: Hashable {
      let cluster: String
      let fact: String?
      let name: String?
    }
    var chains: [ChangeChain] = []
    // An object can have several images, each with its own chain.
    var places: [Place: [Int]] = [:]
    for change in changes where change.kind == .objectChanged {
      let rest = max(0, (change.count ?? change.names.count) - change.names.count)
      let parts = Set(change.names).sorted().map { (name: String?.some($0), count: 1) }
      for part in rest > 0 ? parts + [(nil, rest)] : parts {
        let place = Place(cluster: change.cluster, fact: change.fact, name: part.name)
        let fitting = (places[place] ?? []).filter {
          chains[$0].to == change.from && chains[$0].count == part.count
        }
        let same = fitting.first { chains[$0].repository == ImageReference(change.to ?? "").repository }
        if let index = same ?? fitting.first {
          chains[index].append(change)
        } else {
          places[place, default: []].append(chains.count)
          chains.append(ChangeChain(change, name: part.name, count: part.count))
        }
      }
    }
    return chains
  }

  /// Separates the images of a workload that is deleted and created again.
  private var repository: String { ImageReference(to ?? from ?? "").repository }

  /// Chains with the same ends are one change of several objects.
  static func grouped(_ chains: [ChangeChain]) -> [DiffDocument.Change] {
    struct Ends: Hashable {
      let cluster: String
      let fact: String
      let from: String?
      let to: String?
    }
    let groups = Dictionary(grouping: chains) {
      Ends(cluster: $0.cluster, fact: $0.fact, from: $0.from, to: $0.to)
    }
    let changes = groups.map { ends, chains in
      DiffDocument.Change(
        cluster: ends.cluster, fact: ends.fact, from: ends.from, to: ends.to,
        steps: chains.reduce(1) { max($0, $1.steps) }, names: chains.compactMap(\.name).sorted(),
        count: chains.reduce(0) { $0 + $1.count }, firstAt: chains.map(\.firstAt).min() ?? chains[0].firstAt,
        lastAt: chains.map(\.lastAt).max() ?? chains[0].lastAt,
        formerSeenAt: chains.max { $0.lastAt < $1.lastAt }?.formerSeenAt)
    }
    func rank(_ change: DiffDocument.Change) -> Int {
      Fact.Kind(rawValue: change.fact).flatMap { Fact.Kind.ranks[$0] } ?? .max
    }
    return changes.sorted {
      (rank($0), $0.lastAt, $0.cluster, $0.names.first ?? "", $0.to ?? $0.from ?? "")
        < (rank($1), $1.lastAt, $1.cluster, $1.names.first ?? "", $1.to ?? $1.from ?? "")
    }
  }
}

extension ChangeDocument {
  /// nil for an entry about several changes: its time is that before the first of them.
  fileprivate var formerTime: Timestamp? { steps.map { $0 > 1 } ?? false ? nil : formerSeenAt }
}

extension HistoryDocument {
  /// The number of entries that only `diff` shows.
  package var objectChanges: Int { events.count { $0.kind == .objectChanged } }
}
