public import Health

/// A change of an incident that the journal records at once. People are notified later: see `IncidentNotice`.
public enum IncidentEvent: Hashable, Sendable {
  /// The subject has a problem that it did not have before. The first one begins the incident, further ones join it.
  case problemOpened(Problem, Incident)
  /// The subject has had no problem since `at`. The incident ends at that time, unless a problem returns first.
  case problemClosed(Incident, at: Timestamp)
}

/// The result of an observation.
public struct IncidentUpdate: Hashable, Sendable {
  /// In the order of the observed problems; those that closed come last.
  public let events: [IncidentEvent]
  /// The start of each problem, by id, if it differs from the problem's own `since` because the problem
  /// returned within its incident.
  public let begins: [String: Timestamp]

  init(events: [IncidentEvent], begins: [String: Timestamp]) {
    self.events = events
    self.begins = begins
  }
}

extension ClusterReport {
  /// A copy of the report in which each problem has the start from its incident.
  public func beginning(at begins: [String: Timestamp]) -> ClusterReport {
    guard !begins.isEmpty else { return self }
    var report = self
    for index in problems.indices {
      guard let begin = begins[problems[index].id] else { continue }
      report.problems[index].since = begin
    }
    report.problems.sort(by: Problem.isBefore)
    return report
  }
}
