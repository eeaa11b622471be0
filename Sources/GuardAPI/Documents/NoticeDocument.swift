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
  /// Of all its news, also of what is not among the entries.
  @Field package var counts: NoticeCounts?
  /// How many there are besides the entries: of a flood the first few are listed.
  @Field package var omitted: Int
  /// Worst first; never empty.
  @Field package var entries: [NoticeEntryDocument]

  package init(_ notice: IncidentNotice, summary: String, counts: NoticeCounts) {
    schema = Schema.notice.description
    at = notice.at
    cluster = notice.cluster
    self.summary = summary
    test = notice.entries.allSatisfy(\.incident.isTest)
    self.counts = counts
    omitted = notice.counted.count
    entries = notice.entries.map(NoticeEntryDocument.init)
  }
}

/// How many incidents a notice tells of.
package struct NoticeCounts: Codable, Hashable, Sendable {
  @Field package var critical: Int
  @Field package var warning: Int
  /// They are over.
  @Field package var ended: Int

  package init(critical: Int, warning: Int, ended: Int) {
    self.critical = critical
    self.warning = warning
    self.ended = ended
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
