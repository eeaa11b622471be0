/// A request to mute alerts: the parameters of `POST /v1/silence`.
package struct SilenceRequest: Hashable, Sendable {
  /// nil for all clusters.
  package let cluster: String?
  /// Matches the incidents to mute; nil for all of them.
  package let pattern: String?
  /// At most `ReasonText.limit` bytes.
  package let reason: String
  /// The length from now on.
  package let duration: Duration

  package init(cluster: String?, pattern: String?, reason: String, duration: Duration) {
    self.cluster = cluster
    self.pattern = pattern
    self.reason = reason
    self.duration = duration
  }
}
