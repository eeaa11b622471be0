package import Health

/// The response to `GET /v1/history`: the state changes of a time range.
package struct HistoryDocument: Codable, Hashable, Sendable {
  package var schema: String
  @Field package var source: HistorySource
  /// Earlier changes are unknown. Set if the changes come from the guard's memory, or if the journal begins later than
  /// the requested time.
  @Field package var knownSince: Timestamp?
  /// True if there were more changes than the limit; the oldest are omitted.
  @Field package var truncated: Bool
  /// Oldest first.
  @Field package var events: [ChangeDocument]

  package init(source: HistorySource, knownSince: Timestamp? = nil, truncated: Bool, events: [ChangeDocument])
  {
    schema = Schema.history.description
    self.source = source
    self.knownSince = knownSince
    self.truncated = truncated
    self.events = events
  }
}

extension HistoryDocument {
  /// - Parameter entries: journal entries, newest first, possibly more than the limit.
  package init(journal entries: [(microseconds: UInt64, fields: [String: String])], limit: Int) {
    self.init(
      source: .journal, truncated: entries.count > limit,
      events: entries.prefix(limit).compactMap { ChangeDocument(journal: $0.fields, at: $0.microseconds) }
        .reversed())
  }
}

/// The source of a history; `unknown` is only read, never written.
package enum HistorySource: String, Word {
  case journal
  /// The changes that the guard has stored since it started.
  case memory
  case unknown

  package static var whenAbsent: HistorySource { .unknown }
}

/// The selected changes; the parameters of `GET /v1/history`.
package struct HistoryQuery: Hashable, Sendable {
  /// Start time, inclusive.
  package var since: Timestamp?
  /// End time, exclusive.
  package var until: Timestamp?
  /// Maximum number of changes; the newest are returned.
  package var limit: Int
  package var cluster: String?
  /// The names of the events; empty for all.
  package var events: [String]

  package static let defaultLimit = 1000
  package static let largestLimit = 10_000

  package init(
    since: Timestamp? = nil, until: Timestamp? = nil, limit: Int = defaultLimit, cluster: String? = nil,
    events: [String] = []
  ) {
    self.since = since
    self.until = until
    self.limit = min(max(1, limit), HistoryQuery.largestLimit)
    self.cluster = cluster
    self.events = events
  }

  package func includes(_ change: ChangeDocument) -> Bool {
    since.map { change.at >= $0 } ?? true && until.map { change.at < $0 } ?? true
      && (cluster == nil || change.cluster == cluster) && (events.isEmpty || events.contains(change.event))
  }

  /// The matching fields and values of journal entries.
  package var journalMatches: [(name: String, value: String)] {
    events.map { (JournalField.event.rawValue, $0) }
      + (cluster.map { [(JournalField.cluster.rawValue, $0)] } ?? [])
  }

  /// Name and value of each request parameter.
  package var parameters: [(name: String, value: String)] {
    var parameters = [(name: "limit", value: "\(limit)")]
    if let since { parameters.append(("since", since.description)) }
    if let until { parameters.append(("until", until.description)) }
    if let cluster { parameters.append(("cluster", cluster)) }
    if !events.isEmpty { parameters.append(("event", events.joined(separator: ","))) }
    return parameters
  }
}

extension Timestamp {
  /// Microseconds since 1970, as in the journal; never negative.
  package var microseconds: UInt64 { UInt64(clamping: milliseconds) * 1000 }
}
