package import Health

/// The changes in a span of time: the output of `oceanid-ctl diff --json`.
package struct DiffDocument: Codable, Hashable, Sendable {
  package var schema: String
  package var since: Timestamp
  package var until: Timestamp
  @Field package var source: HistorySource
  /// Set if the history begins after `since`.
  @Field package var knownSince: Timestamp?
  /// True if there were more entries than can be read; the oldest are omitted.
  @Field package var truncated: Bool
  /// The spans in which the guard was not running. A change in them is seen at the next poll.
  @Field package var unknown: [Span]
  /// Facts with another value at the end than at the beginning, by fact, then by the time of the last change.
  @Field package var changes: [Change]
  /// Facts that changed and have their first value again.
  @Field package var reverted: [Change]
  /// Problems that began or ended.
  @Field package var problems: [Problem]
  @Field package var tunnels: [Tunnel]

  package struct Span: Codable, Hashable, Sendable {
    package var from: Timestamp
    package var to: Timestamp

    package init(from: Timestamp, to: Timestamp) {
      self.from = from
      self.to = to
    }
  }

  /// Equal changes of several objects.
  package struct Change: Codable, Hashable, Sendable {
    @Field package var cluster: String
    /// The property (`Fact.Kind`).
    @Field package var fact: String
    /// null: the object is new.
    @Field package var from: String?
    /// null: the object is gone.
    @Field package var to: String?
    /// The number of changes between `from` and `to`.
    @Field package var steps: Int
    /// Sorted. If `count` is larger, these are the first ones.
    @Field package var names: [String]
    @Field package var count: Int
    /// When the first and the last change were seen.
    package var firstAt: Timestamp
    package var lastAt: Timestamp
    /// When the state before the last change was last seen.
    @Field package var formerSeenAt: Timestamp?

    package init(
      cluster: String, fact: String, from: String?, to: String?, steps: Int, names: [String], count: Int,
      firstAt: Timestamp, lastAt: Timestamp, formerSeenAt: Timestamp?
    ) {
      self.cluster = cluster
      self.fact = fact
      self.from = from
      self.to = to
      self.steps = steps
      self.names = names
      self.count = count
      self.firstAt = firstAt
      self.lastAt = lastAt
      self.formerSeenAt = formerSeenAt
    }
  }

  package struct Problem: Codable, Hashable, Sendable {
    @Field package var cluster: String
    @Field package var subject: String
    @Field package var title: String
    /// null: before the history.
    @Field package var since: Timestamp?
    /// null for a problem that is still open.
    @Field package var endedAt: Timestamp?
    /// Its length, up to `until`; null if its start is unknown.
    @Field package var seconds: Int64?
    @Field package var incident: String?

    package init(
      cluster: String, subject: String, title: String, since: Timestamp?, endedAt: Timestamp?,
      seconds: Int64?, incident: String?
    ) {
      self.cluster = cluster
      self.subject = subject
      self.title = title
      self.since = since
      self.endedAt = endedAt
      self.seconds = seconds
      self.incident = incident
    }
  }

  /// The outages of one tunnel.
  package struct Tunnel: Codable, Hashable, Sendable {
    @Field package var cluster: String
    @Field package var outages: Int
    /// Their total length.
    @Field package var seconds: Int64
    /// When the last one began.
    package var lastAt: Timestamp
    /// True if the last one has not ended.
    @Field package var ongoing: Bool

    package init(cluster: String, outages: Int, seconds: Int64, lastAt: Timestamp, ongoing: Bool) {
      self.cluster = cluster
      self.outages = outages
      self.seconds = seconds
      self.lastAt = lastAt
      self.ongoing = ongoing
    }
  }

  package init(
    since: Timestamp, until: Timestamp, source: HistorySource, knownSince: Timestamp?, truncated: Bool,
    unknown: [Span], changes: [Change], reverted: [Change], problems: [Problem], tunnels: [Tunnel]
  ) {
    schema = Schema.diff.description
    self.since = since
    self.until = until
    self.source = source
    self.knownSince = knownSince
    self.truncated = truncated
    self.unknown = unknown
    self.changes = changes
    self.reverted = reverted
    self.problems = problems
    self.tunnels = tunnels
  }
}
