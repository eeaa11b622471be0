internal import GuardConfiguration
package import Health
package import IncidentTracking

/// The state of the guard that channels need besides single notices: some repeat it, and new ones begin with it.
package struct AlertContext: Sendable {
  /// Incidents that were notified and are not over.
  package var firing: [Incident]
  /// Critical problems of this moment that are not muted: some are no incident yet.
  package var critical: [Problem] = []
  /// Clusters whose state is unknown.
  package var unknown: [String] = []
  /// The incident file is up to date: a restart sends no notice a second time.
  package var isSaved = true

  package init(firing: [Incident], critical: [Problem] = [], unknown: [String] = [], isSaved: Bool = true) {
    self.firing = firing
    self.critical = critical
    self.unknown = unknown
    self.isSaved = isSaved
  }

  /// Whether an empty `firing` means that all is well, for a channel with this filter.
  func isSure(_ filter: Configuration.AlertChannel.Filter) -> Bool {
    !critical.contains { filter.takes($0) } && !unknown.contains { filter.concerns($0) }
  }
}
