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
  var command: String?
  var note: String?

  init(
    id: String, cluster: String, subject: String, severity: Problem.Severity, headline: String,
    detail: String, command: String? = nil, note: String? = nil
  ) {
    self.id = id
    self.cluster = cluster
    self.subject = subject
    self.severity = severity
    self.headline = headline
    self.detail = detail
    self.command = command
    self.note = note
  }

  /// Creates it from a change; nil if the change does not belong to an incident.
  init?(_ change: ChangeDocument) {
    guard let id = change.incident else { return nil }
    self.init(
      id: id, cluster: change.cluster, subject: change.subject,
      // An older guard sends no severity, so the higher one is assumed.
      severity: change.severity ?? .critical, headline: change.message, detail: change.reason ?? "",
      command: change.command, note: change.note ?? (change.command == nil ? change.remedy : nil))
  }

  /// - Parameter state: the suffix of its headline, as in the messages of changes.
  init(_ document: IncidentDocument, _ state: String = "") {
    self.init(
      id: document.id, cluster: document.cluster, subject: document.subject, severity: document.severity,
      headline: (document.cluster.isEmpty ? "" : "\(document.cluster): ") + state + document.title,
      detail: document.detail, command: document.command,
      note: document.note ?? (document.command == nil ? document.remedy : nil))
  }
}
