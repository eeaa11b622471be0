package import Health
package import IncidentTracking

/// The payload for webhooks and commands: changes of a cluster's incidents, combined into one notice.
package struct NoticeDocument: Codable, Hashable, Sendable {
  package var schema: String
  package var at: Timestamp
  /// Empty for incidents of the guard itself.
  @Field package var cluster: String
  /// One line of text for people.
  @Field package var summary: String
  /// True for a test of the channel, without a real problem.
  @Field package var test: Bool
  /// Counts all changes, including those that are not in `entries`.
  @Field package var counts: NoticeCounts?
  /// Number of changes that are not in `entries`; only the first few of many are listed.
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

/// Number of incidents in a notice.
package struct NoticeCounts: Codable, Hashable, Sendable {
  @Field package var critical: Int
  @Field package var warning: Int
  /// Incidents that have ended.
  @Field package var ended: Int

  package init(critical: Int, warning: Int, ended: Int) {
    self.critical = critical
    self.warning = warning
    self.ended = ended
  }
}

/// A change of one incident.
package struct NoticeEntryDocument: Codable, Hashable, Sendable {
  @KnownWord package var change: IncidentNotice.Change?
  /// Identifies the change across repeated deliveries.
  @Field package var key: String
  package var incident: IncidentDocument

  package init(_ entry: IncidentNotice.Entry) {
    change = entry.change
    key = entry.key
    incident = IncidentDocument(entry.incident, silence: nil)
  }
}
