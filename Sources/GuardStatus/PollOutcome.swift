package import Health

/// The outcome of a poll of a cluster.
package struct PollOutcome: Sendable {
  /// The snapshot, or the failure.
  package let result: Result<Snapshot, PollFailure>
  /// The end of the poll, by the guard's clock.
  package let at: Timestamp
  /// The time from the first request to the last response.
  package let duration: Duration

  package init(result: Result<Snapshot, PollFailure>, at: Timestamp, duration: Duration) {
    self.result = result
    self.at = at
    self.duration = duration
  }
}
