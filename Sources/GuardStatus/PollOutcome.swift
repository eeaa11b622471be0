package import Health

/// The end of one poll of a cluster.
package struct PollOutcome: Sendable {
  /// The snapshot, or the failure.
  package let result: Result<Snapshot, PollFailure>
  /// By the guard's clock.
  package let at: Timestamp
  /// From the first request to the last answer.
  package let duration: Duration

  package init(result: Result<Snapshot, PollFailure>, at: Timestamp, duration: Duration) {
    self.result = result
    self.at = at
    self.duration = duration
  }
}
