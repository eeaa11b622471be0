package import Health

/// What `GET /v1/history` answers: the state changes of a span of time.
package struct HistoryDocument: Codable, Hashable, Sendable {
  package var schema: String
  @Field package var source: HistorySource
  /// Where the changes come from a memory: what was before is not known.
  @Field package var knownSince: Timestamp?
  /// There were more than the limit; the oldest are left out.
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
  /// From the journal's entries, newest first, of which there may be more than the limit.
  package init(journal entries: [(microseconds: UInt64, fields: [String: String])], limit: Int) {
    self.init(
      source: .journal, truncated: entries.count > limit,
      events: entries.prefix(limit).compactMap { ChangeDocument(journal: $0.fields, at: $0.microseconds) }
        .reversed())
  }
}

/// Where a history was read; `unknown` is only ever read, never written.
package enum HistorySource: String, ShapedWord {
  case journal
  /// What the guard remembers since it started.
  case memory
  case unknown

  package static var whenAbsent: HistorySource { .unknown }
  package static var written: [HistorySource] { allCases.filter { $0 != .unknown } }
}

/// Which changes are asked for; the parameters of `GET /v1/history`.
package struct HistoryQuery: Hashable, Sendable {
  /// Changes of this moment are in.
  package var since: Timestamp?
  /// Changes of this moment are out.
  package var until: Timestamp?
  /// At most so many, the newest.
  package var limit: Int
  package var cluster: String?
  /// Empty: all of them.
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

  /// Fields and values of the journal's entries that are meant.
  package var journalMatches: [(name: String, value: String)] {
    events.map { ("OCEANID_EVENT", $0) } + (cluster.map { [("OCEANID_CLUSTER", $0)] } ?? [])
  }

  /// Name and value of each parameter of a request.
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
  /// As the journal counts: since 1970, never before.
  package var microseconds: UInt64 { UInt64(clamping: milliseconds) * 1000 }
}
