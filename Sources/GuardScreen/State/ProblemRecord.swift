package import GuardAPI

/// The history of a problem.
package struct ProblemRecord: Hashable, Sendable {
  /// The open incident, or the last one.
  package let incident: IncidentDocument?
  /// Earlier incidents of the subject, newest first.
  package let earlier: [IncidentDocument]
  /// Oldest first.
  package let changes: [ChangeDocument]

  package init(
    of problem: ProblemDocument, _ incidents: IncidentsDocument, changes: [ChangeDocument]
  ) {
    let open = ProblemRecord.incident(of: problem, incidents)
    let past = incidents.past.filter { ProblemRecord.isOf(problem, $0) }
    incident = open ?? past.first
    earlier = open == nil ? Array(past.dropFirst()) : past
    let id = incident?.id
    self.changes = changes.filter { ProblemRecord.isOf(problem, incident: id, $0) }
  }

  /// The open incident of a problem.
  package static func incident(
    of problem: ProblemDocument, _ incidents: IncidentsDocument
  ) -> IncidentDocument? {
    incidents.open.first { $0.problem == problem.id } ?? incidents.open.first { isOf(problem, $0) }
  }

  private static func isOf(_ problem: ProblemDocument, _ incident: IncidentDocument) -> Bool {
    incident.cluster == problem.cluster && incident.subject == problem.subject
  }

  static func isOf(_ problem: ProblemDocument, incident: String?, _ change: ChangeDocument) -> Bool {
    (incident != nil && change.incident == incident)
      || (change.cluster == problem.cluster && change.subject == problem.subject)
  }
}
