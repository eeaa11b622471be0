internal import GuardConfiguration
package import Health

/// How things are: for channels that say it again and again, and for those that are new.
package struct AlertOutlook: Sendable {
  /// Everything that people were told of and that is not over.
  package var firing: [Incident]
  /// Critical problems of this moment that nobody silenced: some are no incident yet.
  package var critical: [Problem] = []
  /// Clusters of which nothing is known.
  package var unknown: [String] = []
  /// The incidents' file has everything: no restart hands over again what was handed over.
  package var isSaved = true

  package init(firing: [Incident], critical: [Problem] = [], unknown: [String] = [], isSaved: Bool = true) {
    self.firing = firing
    self.critical = critical
    self.unknown = unknown
    self.isSaved = isSaved
  }

  /// Whether all is well where nothing fires, as far as a channel with such a filter is concerned.
  func isSure(_ filter: Configuration.AlertChannel.Filter) -> Bool {
    !critical.contains { filter.takes($0) } && !unknown.contains { filter.concerns($0) }
  }
}
