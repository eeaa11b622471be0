/// The delivery counters of a channel since the guard started, for metrics.
package struct AlertFigures: Hashable, Sendable {
  /// The channel's name.
  package let channel: String
  /// `webhook`
  package let means: String
  /// The number of delivered notices; for a ping channel, of pings.
  package var delivered: Int
  /// The number of failed attempts.
  package var failed: Int
  /// The number of notices that will never be delivered.
  package var dropped: Int
  /// The number of incidents with a pending notice.
  package var waiting: Int
  /// True while the channel's failure is reported as a problem.
  package var isFailing = false
}
