import GuardAPI
import Health

/// An incident as a notice tells it.
struct OpenIncident: Hashable, Codable, Sendable {
  let id: String
  let cluster: String
  let subject: String
  var severity: Problem.Severity
  /// `tethys: node calypso is not ready`
  var headline: String
  var detail: String
  var remedy: String

  init(
    id: String, cluster: String, subject: String, severity: Problem.Severity, headline: String,
    detail: String, remedy: String
  ) {
    self.id = id
    self.cluster = cluster
    self.subject = subject
    self.severity = severity
    self.headline = headline
    self.detail = detail
    self.remedy = remedy
  }

  /// What a change's line tells of it; nil: the change is no incident's.
  init?(_ change: ChangeDocument) {
    guard let id = change.incident else { return nil }
    self.init(
      id: id, cluster: change.cluster, subject: change.subject,
      // Of a guard that does not say, the louder one.
      severity: change.severity ?? .critical, headline: change.message, detail: change.reason ?? "",
      remedy: change.remedy ?? "")
  }

  /// - Parameter state: what its headline says of it, as the messages of changes do.
  init(_ document: IncidentDocument, _ state: String = "") {
    self.init(
      id: document.id, cluster: document.cluster, subject: document.subject, severity: document.severity,
      headline: (document.cluster.isEmpty ? "" : "\(document.cluster): ") + state + document.title,
      detail: document.detail, remedy: document.remedy)
  }
}
