/// What a channel did since the guard started; for metrics.
struct AlertFigures: Hashable, Sendable {
  let channel: String
  /// `webhook`
  let means: String
  /// Incidents' news, one by one; of a ping, its pings.
  var delivered: Int
  /// Attempts.
  var failed: Int
  /// Incidents' news that nobody will hear of.
  var dropped: Int
  /// Incidents that wait now.
  var waiting: Int
  /// It is a problem that it does not deliver.
  var isFailing = false
}
