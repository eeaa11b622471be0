internal import GuardConfiguration
package import Health
package import IncidentTracking

/// The state of the guard that channels need besides single notices: some channels repeat it, and new
/// channels start with it.
package struct AlertContext: Sendable {
  /// Incidents that were notified and are ongoing.
  package var firing: [Incident]
  /// Current critical problems that are not muted. Some are not incidents yet.
  package var critical: [Problem] = []
  /// Clusters whose state is unknown.
  package var unknown: [String] = []
  /// True if the incident file is up to date, so that a restart sends no notice twice.
  package var isSaved = true

  package init(firing: [Incident], critical: [Problem] = [], unknown: [String] = [], isSaved: Bool = true) {
    self.firing = firing
    self.critical = critical
    self.unknown = unknown
    self.isSaved = isSaved
  }

  /// True if an empty `firing` means that there is no problem, for a channel with this filter.
  func isSure(_ filter: Configuration.AlertChannel.Filter) -> Bool {
    !critical.contains { filter.accepts($0) } && !unknown.contains { filter.concerns($0) }
  }
}
