package import Health

/// What webhooks and commands are given: the changes of a cluster's incidents that came together.
package struct NoticeDocument: Codable, Hashable, Sendable {
  package var schema: String
  package var at: Timestamp
  /// Empty for what concerns the guard itself.
  @Field package var cluster: String
  /// One line for people.
  @Field package var summary: String
  /// Somebody tries the channel out; nothing is wrong.
  @Field package var test: Bool
  /// Worst first; never empty.
  @Field package var entries: [NoticeEntryDocument]

  package init(_ notice: IncidentNotice, summary: String) {
    schema = Schema.notice.description
    at = notice.at
    cluster = notice.cluster
    self.summary = summary
    test = notice.entries.allSatisfy(\.incident.isTest)
    entries = notice.entries.map(NoticeEntryDocument.init)
  }
}

/// One incident's news.
package struct NoticeEntryDocument: Codable, Hashable, Sendable {
  @Field package var change: NoticeChange
  /// The same for the same news, however often it is delivered.
  @Field package var key: String
  package var incident: IncidentDocument

  package init(_ entry: IncidentNotice.Entry) {
    change = NoticeChange(rawValue: entry.change.rawValue) ?? .unknown
    key = entry.key
    incident = IncidentDocument(entry.incident, silence: nil)
  }
}

/// `entries[].change`; `unknown` is only ever read, never written.
package enum NoticeChange: String, ShapedWord {
  case opened, worsened, flapping, reminder, ended, unknown

  package static var whenAbsent: NoticeChange { .unknown }
  package static var written: [NoticeChange] { allCases.filter { $0 != .unknown } }
}
