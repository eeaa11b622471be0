/// The files that the guard keeps in its state directory for each cluster. `setup --undo` and the
/// package (systemd/debian/postrm) remove exactly these.
package enum StateFile: String, CaseIterable, Sendable {
  /// The last known state of the cluster.
  case problems
  case roundTrips = "roundtrips"
  /// Entries of the journal about lasting states.
  case journal
  /// The objects whose changes are recorded.
  case inventory
  /// The newest commits and the newest run of the pipeline.
  case pipeline

  /// The file of all clusters: incidents, silences and notices.
  package static let incidents = "incidents.json"

  /// The folder of undelivered alerts.
  package static let alerts = "alerts"

  /// The suffix of a damaged file that was set aside.
  package static let damaged = ".unreadable"

  /// The first words of the lines of `problems` that do not begin with a time.
  package static let words: Set = ["kind", "critical", "failure", "renewal"]

  /// `problems-`
  package var prefix: String { "\(rawValue)-" }

  package func name(of cluster: String) -> String { prefix + cluster }
}
