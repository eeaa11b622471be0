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

/// Reads a change from the fields of a journal entry.
extension ChangeDocument {
  package static let journalFields = [
    "MESSAGE", "OCEANID_EVENT", "OCEANID_CLUSTER", "OCEANID_SUBJECT", "OCEANID_FROM", "OCEANID_TO",
    "OCEANID_REASON", "OCEANID_INCIDENT", "OCEANID_SEVERITY", "OCEANID_REMEDY", "OCEANID_COMMAND",
    "OCEANID_NOTE", "OCEANID_ATTEMPTS", "OCEANID_SINCE", "OCEANID_ENDED", "OCEANID_INCIDENTS_KEPT",
    "OCEANID_CHANGES_RECORDED", "OCEANID_FACT", "OCEANID_NAMES", "OCEANID_COUNT", "OCEANID_STEPS",
    "OCEANID_SEEN_AT",
    "OCEANID_FORMER_SEEN_AT",
  ]

  /// nil for an ordinary log entry.
  package init?(journal fields: [String: String], at microseconds: UInt64) {
    guard let event = fields["OCEANID_EVENT"] else { return nil }
    self.init(
      at: Timestamp(milliseconds: Int64(clamping: microseconds / 1000)), event: event,
      cluster: fields["OCEANID_CLUSTER"] ?? "", subject: fields["OCEANID_SUBJECT"] ?? "",
      from: fields["OCEANID_FROM"], to: fields["OCEANID_TO"], reason: fields["OCEANID_REASON"],
      message: fields["MESSAGE"] ?? "", incident: fields["OCEANID_INCIDENT"],
      since: fields["OCEANID_SINCE"].flatMap { Timestamp(rfc3339: $0) },
      endedAt: fields["OCEANID_ENDED"].flatMap { Timestamp(rfc3339: $0) },
      severity: fields["OCEANID_SEVERITY"].flatMap(Problem.Severity.init), remedy: fields["OCEANID_REMEDY"],
      command: fields["OCEANID_COMMAND"], note: fields["OCEANID_NOTE"],
      attempts: fields["OCEANID_ATTEMPTS"].flatMap { Int($0) },
      incidentsKept: fields["OCEANID_INCIDENTS_KEPT"].flatMap { Bool($0) },
      changesRecorded: fields["OCEANID_CHANGES_RECORDED"].flatMap { Bool($0) }, fact: fields["OCEANID_FACT"],
      names: ChangeDocument.names(in: fields["OCEANID_NAMES"] ?? ""),
      count: fields["OCEANID_COUNT"].flatMap { Int($0) }, steps: fields["OCEANID_STEPS"].flatMap { Int($0) },
      seenAt: fields["OCEANID_SEEN_AT"].flatMap { Timestamp(rfc3339: $0) },
      formerSeenAt: fields["OCEANID_FORMER_SEEN_AT"].flatMap { Timestamp(rfc3339: $0) })
  }
}

/// The names of several objects in one field.
extension ChangeDocument {
  /// The largest length of the field in bytes.
  package static let namesLimit = 2048
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
      guard length - separator.utf8.count <= namesLimit else { break }
      kept.append(name)
    }
    return kept
  }
}
