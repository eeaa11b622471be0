internal import Health

/// The order in which subjects are admitted if more have problems than can be tracked.
enum IncidentRank: Int, Comparable {
  /// The incident has ended and is kept in case it returns.
  case over
  case warning
  case critical
  /// The connection to a cluster, or the guard itself. Without them, other problems are not seen or not
  /// notified.
  case cause

  init(_ kind: Problem.Kind, _ severity: Problem.Severity, cluster: String) {
    if kind.isOfThisMachine || kind == .api || cluster.isEmpty {
      self = .cause
    } else {
      self = severity == .critical ? .critical : .warning
    }
  }

  init(_ problem: Problem) { self.init(problem.kind, problem.severity, cluster: problem.cluster) }

  init(_ track: TrackedSubject) {
    let incident = track.incident
    self =
      track.isOpen ? IncidentRank(incident.kind, incident.severity, cluster: incident.cluster) : .over
  }

  /// A subject is admitted while fewer than this many are tracked. The last places are reserved for more
  /// severe ones.
  var places: Int {
    switch self {
    case .over, .warning: IncidentTracker.largest - 1000
    case .critical: IncidentTracker.largest
    // Their number is limited by the clusters, forwards and channels in the configuration.
    case .cause: IncidentTracker.largest + 500
    }
  }

  static func < (a: IncidentRank, b: IncidentRank) -> Bool { a.rawValue < b.rawValue }
}

extension TrackedSubject {
  /// True if it is removed before `other` to make room.
  func isEvicted(before other: TrackedSubject) -> Bool {
    let ranks = (IncidentRank(self), IncidentRank(other))
    if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
    guard isOpen else { return changedAt < other.changedAt }
    let isPending = incident.state == .pending
    if isPending != (other.incident.state == .pending) { return isPending }
    return changedAt > other.changedAt
  }
}
