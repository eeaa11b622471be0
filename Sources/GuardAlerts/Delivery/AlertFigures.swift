/// The deliveries of a channel since the guard started; for metrics.
package struct AlertFigures: Hashable, Sendable {
  /// The channel's name.
  package let channel: String
  /// `webhook`
  package let means: String
  /// Notices of incidents, one by one; for a ping, its pings.
  package var delivered: Int
  /// Attempts.
  package var failed: Int
  /// Notices that will never be delivered.
  package var dropped: Int
  /// Incidents with a pending notice.
  package var waiting: Int
  /// The channel's failure is reported as a problem.
  package var isFailing = false
}
