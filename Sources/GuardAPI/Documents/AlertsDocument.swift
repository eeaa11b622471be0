package import Health

/// What `GET /v1/alerts` answers: the channels of the configuration, and how they do.
package struct AlertsDocument: Codable, Hashable, Sendable {
  package struct Channel: Codable, Hashable, Sendable {
    package var name: String
    /// `webhook`, `alertmanager`
    @Field package var means: String
    /// Since when it does not deliver; nil where all is well.
    @Field package var failingSince: Timestamp?
    /// Why it does not deliver, and what to do.
    @Field package var failure: String?
    @Field package var remedy: String?
    /// News of incidents since the guard started.
    @Field package var delivered: Int
    /// Attempts that failed since the guard started.
    @Field package var failed: Int
    /// News of incidents that nobody will hear of.
    @Field package var dropped: Int
    /// Incidents whose news waits now.
    @Field package var waiting: Int

    package init(
      name: String, means: String, failingSince: Timestamp? = nil, failure: String? = nil,
      remedy: String? = nil,
      delivered: Int = 0, failed: Int = 0, dropped: Int = 0, waiting: Int = 0
    ) {
      self.name = name
      self.means = means
      self.failingSince = failingSince
      self.failure = failure
      self.remedy = remedy
      self.delivered = delivered
      self.failed = failed
      self.dropped = dropped
      self.waiting = waiting
    }
  }

  /// The state directory can't be written: a restart of the guard would repeat or lose alerts.
  package struct StateFailure: Codable, Hashable, Sendable {
    @Field package var since: Timestamp?
    @Field package var failure: String
    @Field package var remedy: String

    package init(since: Timestamp?, failure: String, remedy: String) {
      self.since = since
      self.failure = failure
      self.remedy = remedy
    }
  }

  package var schema: String
  @Field package var channels: [Channel]
  @Field package var stateFailure: StateFailure?

  package init(channels: [Channel], stateFailure: StateFailure? = nil) {
    schema = Schema.alerts.description
    self.channels = channels
    self.stateFailure = stateFailure
  }
}
