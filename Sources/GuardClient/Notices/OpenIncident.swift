import GuardAPI
import Health

/// An incident with the texts for a notice.
struct OpenIncident: Hashable, Codable, Sendable {
  let id: String
  let cluster: String
  let subject: String
  var severity: Problem.Severity
  /// For example `tethys: node calypso is not ready`.
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

  /// Reads a change; nil if it does not belong to an incident.
  init?(_ change: ChangeDocument) {
    guard let id = change.incident else { return nil }
    self.init(
      id: id, cluster: change.cluster, subject: change.subject,
      // An older guard sends no severity, so the higher one is assumed.
      severity: change.severity ?? .critical, headline: change.message, detail: change.reason ?? "",
      remedy: change.remedy ?? "")
  }

  /// - Parameter state: the suffix of its headline, as in the messages of changes.
  init(_ document: IncidentDocument, _ state: String = "") {
    self.init(
      id: document.id, cluster: document.cluster, subject: document.subject, severity: document.severity,
      headline: (document.cluster.isEmpty ? "" : "\(document.cluster): ") + state + document.title,
      detail: document.detail, remedy: document.remedy)
  }
}
