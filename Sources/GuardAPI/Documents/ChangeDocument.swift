package import Health

/// A state change, with the fields of its journal entry.
package struct ChangeDocument: Codable, Hashable, Sendable {
  package var at: Timestamp
  /// OCEANID_EVENT, for example `tunnel_down`.
  @Field package var event: String
  @Field package var cluster: String
  /// For example `node calypso`.
  @Field package var subject: String
  @Field package var from: String?
  @Field package var to: String?
  @Field package var reason: String?
  /// The journal entry's MESSAGE.
  @Field package var message: String
  /// The same id from the beginning of the incident to its end.
  @Field package var incident: String?
  /// The begin of the incident. It is the same in all of its entries, unless an earlier begin was found.
  @Field package var since: Timestamp?
  /// The end of the incident, which may be earlier than the entry.
  @Field package var endedAt: Timestamp?
  /// Set for incidents.
  @Field package var severity: Problem.Severity?
  /// The next step: a command or an action.
  @Field package var remedy: String?
  /// The parts of the remedy: a command line that can be pasted into any shell, and a note.
  @Field package var command: String?
  @Field package var note: String?
  /// Number of connection attempts since the tunnel went down.
  @Field package var attempts: Int?
  /// Set for `started`: true if the incidents of the previous run continue.
  @Field package var incidentsKept: Bool?
  /// Set for `started`: true if this version of the guard writes `object_changed`.
  @Field package var changesRecorded: Bool?
  /// Set for `object_changed`: the property that changed (`Fact.Kind`).
  @Field package var fact: String?
  /// The objects that changed, or the first of them.
  @Field package var names: [String]
  /// The number of objects that changed.
  @Field package var count: Int?
  /// The number of changes between `from` and `to`.
  @Field package var steps: Int?
  /// When `to` was first seen, and when `from` was last seen. The change happened between these times.
  @Field package var seenAt: Timestamp?
  @Field package var formerSeenAt: Timestamp?

  package init(
    at: Timestamp, event: String, cluster: String, subject: String, from: String? = nil, to: String? = nil,
    reason: String? = nil, message: String, incident: String? = nil, since: Timestamp? = nil,
    endedAt: Timestamp? = nil, severity: Problem.Severity? = nil, remedy: String? = nil,
    command: String? = nil, note: String? = nil, attempts: Int? = nil, incidentsKept: Bool? = nil,
    changesRecorded: Bool? = nil,
    fact: String? = nil, names: [String] = [], count: Int? = nil, steps: Int? = nil, seenAt: Timestamp? = nil,
    formerSeenAt: Timestamp? = nil
  ) {
    self.at = at
    self.event = event
    self.cluster = cluster
    self.subject = subject
    self.from = from
    self.to = to
    self.reason = reason
    self.message = message
    self.incident = incident
    self.since = since
    self.endedAt = endedAt
    self.severity = severity
    self.remedy = remedy
    self.command = command
    self.note = note
    self.attempts = attempts
    self.incidentsKept = incidentsKept
    self.changesRecorded = changesRecorded
    self.fact = fact
    self.names = names
    self.count = count
    self.steps = steps
    self.seenAt = seenAt
    self.formerSeenAt = formerSeenAt
  }
}

extension ChangeDocument {
  /// The kind of change; nil for one that only a newer guard knows.
  package var kind: Event? { Event(rawValue: event) }

  /// True for an event of a tunnel, even if only a newer guard knows it.
  package var isTunnel: Bool { event.hasPrefix("tunnel_") }
}

/// Reads a change from the fields of a journal entry.
extension ChangeDocument {
  /// nil for an ordinary log entry.
  package init?(_ fields: [JournalField: String], at moment: Timestamp) {
    guard let event = fields[.event] else { return nil }
    self.init(
      at: moment, event: event, cluster: fields[.cluster] ?? "", subject: fields[.subject] ?? "",
      from: fields[.from], to: fields[.to], reason: fields[.reason],
      message: fields[.message] ?? "",
      incident: fields[.incident], since: fields[.since].flatMap { Timestamp(rfc3339: $0) },
      endedAt: fields[.ended].flatMap { Timestamp(rfc3339: $0) },
      severity: fields[.severity].flatMap(Problem.Severity.init), remedy: fields[.remedy],
      command: fields[.command], note: fields[.note],
      attempts: fields[.attempts].flatMap { Int($0) },
      incidentsKept: fields[.incidentsKept].flatMap { Bool($0) },
      changesRecorded: fields[.changesRecorded].flatMap { Bool($0) }, fact: fields[.fact],
      names: ChangeDocument.names(in: fields[.names] ?? ""),
      count: fields[.count].flatMap { Int($0) },
      steps: fields[.steps].flatMap { Int($0) },
      seenAt: fields[.seenAt].flatMap { Timestamp(rfc3339: $0) },
      formerSeenAt: fields[.formerSeenAt].flatMap { Timestamp(rfc3339: $0) })
  }

  /// - Parameter fields: by their names in the journal.
  package init?(journal fields: [String: String], at microseconds: UInt64) {
    self.init(
      Dictionary(
        fields.compactMap { name, value in JournalField(rawValue: name).map { ($0, value) } },
        uniquingKeysWith: { first, _ in first }),
      at: Timestamp(milliseconds: Int64(clamping: microseconds / 1000)))
  }
}

/// The names of several objects in one field.
extension ChangeDocument {
  private static let separator = ", "

  package static func joined(_ names: [String]) -> String { names.joined(separator: separator) }

  fileprivate static func names(in text: String) -> [String] {
    text.split(separator: separator).map(String.init)
  }

  /// The first names, as many as fit into the field. None of them is cut, and none contains the separator.
  package static func fitting(_ names: [String]) -> [String] {
    var kept: [String] = []
    var length = 0
    for name in names where !name.isEmpty {
      let name = name.escaped.replacing(separator, with: ",")
      length += name.utf8.count + separator.utf8.count
      guard length - separator.utf8.count <= JournalField.names.limit else { break }
      kept.append(name)
    }
    return kept
  }
}
