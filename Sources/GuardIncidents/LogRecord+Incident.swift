internal import GuardAPI
package import GuardJournal
internal import Health
package import IncidentTracking
internal import Systemd

extension LogRecord {
  /// The entry of a problem that opened or closed.
  package init(_ event: IncidentEvent) {
    switch event {
    case .problemOpened(let problem, let incident):
      self.init(
        .problemOpened,
        "\(problem.cluster): \(problem.title)\(problem.detail.isEmpty ? "" : ": \(problem.detail)")",
        priority: problem.severity == .critical ? .error : .warning, cluster: problem.cluster,
        subject: problem.subject, to: problem.id, reason: problem.detail, incident: incident.id,
        remedy: problem.remedy, command: problem.step.command, note: problem.step.note,
        extra: incident.times.merging([.code: problem.code.rawValue, .kind: problem.kind.rawValue]) { $1 })
    case .problemClosed(let incident, let end):
      self.init(
        .problemClosed, "\(incident.cluster): ended: \(incident.title)", cluster: incident.cluster,
        subject: incident.subject, from: incident.problem, incident: incident.id,
        extra: incident.times(until: end))
    }
  }

  /// The entry of a notified change.
  package init(_ entry: IncidentNotice.Entry) {
    let incident = entry.incident
    let cluster = incident.cluster.isEmpty ? "" : "\(incident.cluster): "
    let event: Event
    let text: String
    switch entry.change {
    case .opened: (event, text) = (.incidentOpened, incident.title)
    case .worsened: (event, text) = (.incidentWorsened, "now critical: \(incident.title)")
    case .flapping: (event, text) = (.incidentFlapping, "flapping: \(incident.title)")
    case .reminder: (event, text) = (.incidentReminder, "ongoing: \(incident.title)")
    case .ended: (event, text) = (.incidentEnded, "ended: \(incident.title)")
    }
    self.init(
      event, "\(cluster)\(text)", cluster: incident.cluster.isEmpty ? nil : incident.cluster,
      subject: incident.subject,
      from: entry.change == .ended ? incident.problem : nil,
      to: entry.change == .ended ? nil : incident.problem, reason: incident.detail, incident: incident.id,
      remedy: entry.change == .ended ? nil : incident.remedy,
      command: entry.change == .ended ? nil : incident.command,
      note: entry.change == .ended ? nil : incident.note,
      extra: incident.times.merging(
        [
          .severity: incident.severity.rawValue, .kind: incident.kind.rawValue,
          .code: incident.code ?? "",
        ]) { $1 })
  }
}

extension Incident {
  /// The journal's OCEANID_SINCE and OCEANID_ENDED.
  fileprivate var times: [JournalField: String] { times(until: endedAt) }

  fileprivate func times(until end: Timestamp?) -> [JournalField: String] {
    [.since: since.description, .ended: end?.description ?? ""]
  }
}
