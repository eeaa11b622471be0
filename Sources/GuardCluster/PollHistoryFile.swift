internal import FoundationEssentials
internal import GuardAPI
internal import GuardState
internal import Health

/// Saves the history of the health rules for a cluster across a restart of the guard and a change of the
/// cluster's section: when each problem began (a line with time and id), which problems are critical, which
/// failures are being retried, when each Lease was renewed, and which kinds the server had.
///
/// The history is not essential: anything that can't be read or written is ignored.
struct PollHistoryFile: Sendable {
  private let name: String
  private let folder: StateFolder
  private static let limit = 1 << 20

  init(cluster: String, folder: StateFolder) {
    name = StateFile.problems.name(of: cluster)
    self.folder = folder
  }

  func load() -> PollHistory {
    PollHistory(file: (try? folder.read(name, limit: PollHistoryFile.limit)) ?? [])
  }

  /// Replaces the file.
  func save(_ history: PollHistory) { folder.persist(name, history.file(limit: PollHistoryFile.limit)) }
}

extension PollHistory {
  /// Reads a file and ignores invalid lines.
  init(file bytes: [UInt8]) {
    self.init()
    let decoder = JSONDecoder()
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { continue }
      let word = String(decoding: line[..<space], as: UTF8.self)
      let rest = line[line.index(after: space)...]
      switch word {
      case "critical": critical.insert(String(decoding: rest, as: UTF8.self))
      case "failure":
        guard let stored = try? decoder.decode(StoredFailure.self, from: Data(rest)) else { continue }
        failures[stored.object.reference] = stored.condition
      case "kind":
        guard let stored = try? decoder.decode(StoredKind.self, from: Data(rest)), stored.objects >= 0 else {
          continue
        }
        kinds[stored.name] = KnownKind(
          objects: stored.objects, goneSince: stored.gone, emptySince: stored.empty,
          isRecreated: stored.isRecreated ?? false)
      case "renewal":
        guard let stored = try? decoder.decode(StoredRenewal.self, from: Data(rest)) else { continue }
        renewals[stored.object.reference] = Renewal(renewTime: stored.renewed, movedAt: stored.moved)
      default:
        guard let since = Timestamp(rfc3339: word), !rest.isEmpty else { continue }
        firstSeen[String(decoding: rest, as: UTF8.self)] = since
      }
    }
  }

  /// The lines of the file, the most important first, as many as fit.
  func file(limit: Int) -> [UInt8] {
    var text: [UInt8] = []
    func add(_ line: String) {
      guard text.count + line.utf8.count < limit else { return }
      text += Array(line.utf8) + [UInt8(ascii: "\n")]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func add(_ word: String, _ stored: some Encodable) {
      guard let json = try? encoder.encode(stored) else { return }
      add("\(word) \(String(decoding: json, as: UTF8.self))")
    }
    for (name, known) in kinds.sorted(by: { $0.key < $1.key }) {
      add(
        "kind",
        StoredKind(
          name: name, objects: known.objects, gone: known.goneSince, empty: known.emptySince,
          isRecreated: known.isRecreated ? true : nil))
    }
    for (id, since) in firstSeen.sorted(by: { $0.key < $1.key }) { add("\(since) \(id)") }
    for id in critical.sorted() { add("critical \(id)") }
    for (reference, condition) in failures.sorted(by: { $0.key.description < $1.key.description }) {
      add("failure", StoredFailure(reference, condition))
    }
    for (reference, renewal) in renewals.sorted(by: { $0.key.description < $1.key.description }) {
      add(
        "renewal",
        StoredRenewal(object: StoredName(reference), renewed: renewal.renewTime, moved: renewal.movedAt))
    }
    return text
  }
}

private struct StoredName: Codable {
  let kind: String
  let namespace: String
  let name: String

  init(_ reference: Reference) {
    (kind, namespace, name) = (reference.kind, reference.namespace, reference.name)
  }

  var reference: Reference { Reference(kind: kind, namespace: namespace, name: name) }
}

private struct StoredFailure: Codable {
  let object: StoredName
  let type: String
  let status: Condition.Status
  let reason: String
  let message: String
  let since: Timestamp?

  init(_ reference: Reference, _ condition: Condition) {
    object = StoredName(reference)
    (type, status, reason) = (condition.type, condition.status, condition.reason)
    // The beginning of a long message is sufficient to identify the failure.
    message = condition.message.limited(to: 1024)
    since = condition.lastTransitionTime
  }

  var condition: Condition {
    Condition(type: type, status: status, reason: reason, message: message, lastTransitionTime: since)
  }
}

private struct StoredKind: Codable {
  let name: String
  let objects: Int
  let gone: Timestamp?
  // Absent in the files of older versions.
  let empty: Timestamp?
  let isRecreated: Bool?
}

private struct StoredRenewal: Codable {
  let object: StoredName
  let renewed: Timestamp
  let moved: Timestamp?
}
