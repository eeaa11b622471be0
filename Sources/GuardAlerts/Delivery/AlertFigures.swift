/// What a channel did since the guard started; for metrics.
package struct AlertFigures: Hashable, Sendable {
  package let channel: String
  /// `webhook`
  package let means: String
  /// Incidents' news, one by one; of a ping, its pings.
  package var delivered: Int
  /// Attempts.
  package var failed: Int
  /// Incidents' news that nobody will hear of.
  package var dropped: Int
  /// Incidents that wait now.
  package var waiting: Int
  /// It is a problem that it does not deliver.
  package var isFailing = false
}
