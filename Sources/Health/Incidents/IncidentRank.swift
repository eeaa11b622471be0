/// The priority of a subject when there is no room to track all.
enum IncidentRank: Int, Comparable {
  /// Ended, and kept in case the problem returns.
  case over
  case warning
  case critical
  /// The connection to a cluster, and the guard itself: other problems are hidden behind these or reported
  /// through them.
  case cause

  init(_ kind: Problem.Kind, _ severity: Problem.Severity, cluster: String) {
    switch kind {
    case .tunnel, .forward, .api, .configuration, .alerts, .state: self = .cause
    case _ where cluster.isEmpty: self = .cause
    default: self = severity == .critical ? .critical : .warning
    }
  }

  init(_ problem: Problem) { self.init(problem.kind, problem.severity, cluster: problem.cluster) }

  init(_ track: TrackedSubject) {
    let incident = track.incident
    self =
      track.isOpen ? IncidentRank(incident.kind, incident.severity, cluster: incident.cluster) : .over
  }

  /// A subject is admitted while fewer than this many are tracked. The last places are for the more severe.
  var places: Int {
    switch self {
    case .over, .warning: IncidentTracker.largest - 1000
    case .critical: IncidentTracker.largest
    // Bounded by the number of clusters, forwards and channels in the configuration.
    case .cause: IncidentTracker.largest + 500
    }
  }

  static func < (a: IncidentRank, b: IncidentRank) -> Bool { a.rawValue < b.rawValue }
}

extension TrackedSubject {
  /// Whether it is evicted before `other`.
  func isEvicted(before other: TrackedSubject) -> Bool {
    let ranks = (IncidentRank(self), IncidentRank(other))
    if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
    guard isOpen else { return changedAt < other.changedAt }
    let isPending = incident.state == .pending
    if isPending != (other.incident.state == .pending) { return isPending }
    return changedAt > other.changedAt
  }
}
