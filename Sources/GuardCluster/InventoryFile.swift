internal import FoundationEssentials
internal import GuardAPI
internal import GuardState
internal import Health

/// Stores the inventory of a cluster in the state directory, so that changes while the guard does not run are recorded.
struct InventoryFile: Sendable {
  /// Room for about 100,000 objects.
  static let limit = 8 << 20

  private let name: String
  private let folder: StateFolder

  init(cluster: String, folder: StateFolder) {
    name = StateFile.inventory.name(of: cluster)
    self.folder = folder
  }

  var path: String { folder.path(of: name) }

  /// Returns an empty inventory if there is no file yet.
  func load() throws -> Inventory {
    guard let bytes = try folder.read(name, limit: InventoryFile.limit) else { return Inventory() }
    return try Inventory(file: bytes)
  }

  func save(_ inventory: Inventory) { folder.persist(name, inventory.file(limit: InventoryFile.limit)) }

  /// Renames an unreadable file, so that it can be examined.
  func setAside() { folder.setAside(name) }
}

extension Inventory {
  init(file bytes: [UInt8]) throws {
    self.init()
    let record = try JSONDecoder().decode(InventoryRecord.self, from: Data(bytes))
    guard record.version == InventoryRecord.version else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "version \(record.version) of the file is not known"))
    }
    listed = record.listed
    let references = record.names.flatMap { group in
      group.names.map { Reference(kind: group.kind, namespace: group.namespace, name: $0) }
    }
    var facts = [[Fact]](repeating: [], count: references.count)
    for group in record.facts {
      guard let kind = Fact.Kind(rawValue: group.kind) else { continue }
      for index in group.objects where facts.indices.contains(index) {
        facts[index].append(Fact(kind, group.value, detail: group.detail))
      }
    }
    for (reference, facts) in zip(references, facts) { objects[reference] = Object(facts: facts) }
    for absence in record.absences where references.indices.contains(absence.object) {
      objects[references[absence.object]]?.lastSeen = absence.lastSeen
      objects[references[absence.object]]?.missingSince = absence.missingSince
    }
    for kept in record.waiting.prefix(Inventory.waitingLimit) {
      guard let kind = Fact.Kind(rawValue: kept.kind) else { continue }
      let object = Reference(kind: kept.object.kind, namespace: kept.object.namespace, name: kept.object.name)
      waiting[Key(object: object, kind: kind, detail: kept.detail)] = Waiting(
        from: kept.from, to: kept.to, formerSeenAt: kept.formerSeenAt, seenAt: kept.seenAt, steps: kept.steps)
    }
  }

  /// The contents of the file. If they do not fit, kinds are left out, those with the most objects first. The next run
  /// does not know these kinds, and so it records no change of them at its first poll.
  func file(limit: Int) -> [UInt8] {
    var inventory = self
    while true {
      // Values of these types can always be encoded.
      let bytes = (try? InventoryRecord.encoder.encode(InventoryRecord(inventory))).map { Array($0) } ?? []
      guard bytes.count > limit else { return bytes }
      let counts = inventory.objects.keys.reduce(into: [String: Int]()) { $0[$1.kind, default: 0] += 1 }
      guard let largest = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key else {
        guard inventory != Inventory() else { return bytes }
        inventory = Inventory()
        continue
      }
      inventory.objects = inventory.objects.filter { $0.key.kind != largest }
      inventory.waiting = inventory.waiting.filter { $0.key.object.kind != largest }
      inventory.listed[largest] = nil
    }
  }
}

/// The form of the file: each name is written once, and each value once for all objects that have it.
private struct InventoryRecord: Codable {
  static let version = 1
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  struct Names: Codable {
    let kind: String
    let namespace: String
    let names: [String]
  }

  struct Facts: Codable {
    let kind: String
    let detail: String
    let value: String
    /// Indices in the list of all names.
    let objects: [Int]
  }

  struct Absence: Codable {
    let object: Int
    let lastSeen: Timestamp?
    let missingSince: Timestamp?
  }

  struct Name: Codable {
    let kind: String
    let namespace: String
    let name: String
  }

  struct Change: Codable {
    let object: Name
    let kind: String
    let detail: String
    let from: String?
    let to: String?
    let formerSeenAt: Timestamp
    let seenAt: Timestamp
    let steps: Int
  }

  let version: Int
  let listed: [String: Timestamp]
  let names: [Names]
  let facts: [Facts]
  let absences: [Absence]
  let waiting: [Change]

  init(_ inventory: Inventory) {
    version = InventoryRecord.version
    listed = inventory.listed
    var names: [Names] = []
    var facts: [Fact: [Int]] = [:]
    var absences: [Absence] = []
    var index = 0
    let groups = Dictionary(grouping: inventory.objects) {
      Reference(kind: $0.key.kind, namespace: $0.key.namespace, name: "")
    }
    for (place, objects) in groups {
      names.append(
        Names(kind: place.kind, namespace: place.namespace, names: objects.map(\.key.name)))
      for (_, object) in objects {
        for fact in object.facts { facts[fact, default: []].append(index) }
        if object.lastSeen != nil {
          absences.append(
            Absence(object: index, lastSeen: object.lastSeen, missingSince: object.missingSince))
        }
        index += 1
      }
    }
    self.names = names
    // In the order in which polls have them, so that the next poll need not look at equal objects in detail.
    self.facts = facts.sorted {
      (Fact.Kind.ranks[$0.key.kind] ?? 0, $0.key.detail) < (Fact.Kind.ranks[$1.key.kind] ?? 0, $1.key.detail)
    }.map {
      Facts(kind: $0.key.kind.rawValue, detail: $0.key.detail, value: $0.key.value, objects: $0.value)
    }
    self.absences = absences
    waiting = inventory.waiting.map { key, change in
      Change(
        object: Name(kind: key.object.kind, namespace: key.object.namespace, name: key.object.name),
        kind: key.kind.rawValue, detail: key.detail, from: change.from, to: change.to,
        formerSeenAt: change.formerSeenAt, seenAt: change.seenAt, steps: change.steps)
    }
  }
}
