internal import GuardConfiguration
internal import Health

/// How things are: for channels that say it again and again, and for those that are new.
struct AlertOutlook: Sendable {
  /// Everything that people were told of and that is not over.
  var firing: [Incident]
  /// Critical problems of this moment that nobody silenced: some are no incident yet.
  var critical: [Problem] = []
  /// Clusters of which nothing is known.
  var unknown: [String] = []
  /// The incidents' file has everything: no restart hands over again what was handed over.
  var isSaved = true

  /// Whether all is well where nothing fires, as far as a channel with such a filter is concerned.
  func isSure(_ filter: Configuration.AlertChannel.Filter) -> Bool {
    !critical.contains { filter.takes($0) } && !unknown.contains { filter.concerns($0) }
  }
}
