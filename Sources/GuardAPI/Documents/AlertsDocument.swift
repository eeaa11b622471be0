package import Health

/// The response to `GET /v1/alerts`: the configured channels and their delivery status.
package struct AlertsDocument: Codable, Hashable, Sendable {
  package struct Channel: Codable, Hashable, Sendable {
    package var name: String
    /// For example `webhook` or `alertmanager`.
    @Field package var means: String
    /// The time since which delivery has been failing; nil if it works.
    @Field package var failingSince: Timestamp?
    /// The reason why delivery fails, and the remedy.
    @Field package var failure: String?
    @Field package var remedy: String?
    /// Incident updates delivered since the guard started.
    @Field package var delivered: Int
    /// Failed attempts since the guard started.
    @Field package var failed: Int
    /// Incident updates that were discarded without delivery.
    @Field package var dropped: Int
    /// Incidents with an update that waits for delivery.
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

  /// The state directory is not writable: a restart of the guard could repeat or lose alerts.
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
