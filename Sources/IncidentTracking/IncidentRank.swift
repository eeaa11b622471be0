internal import Health

/// How much a subject is worth following when more are in trouble than there is room for.
enum IncidentRank: Int, Comparable {
  /// Only remembered, in case that it comes back.
  case over
  case warning
  case critical
  /// The way to a cluster, and what concerns the guard itself: the rest is hidden behind it or told through it.
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

  /// One is let in while fewer than so many are followed: the last places are for what is graver.
  var places: Int {
    switch self {
    case .over, .warning: IncidentTracker.largest - 1000
    case .critical: IncidentTracker.largest
    // Bounded by the configuration, which names clusters, forwards and channels.
    case .cause: IncidentTracker.largest + 500
    }
  }

  static func < (a: IncidentRank, b: IncidentRank) -> Bool { a.rawValue < b.rawValue }
}

extension TrackedSubject {
  /// Whether it goes before `other` where one of them has to make room.
  func makesRoom(before other: TrackedSubject) -> Bool {
    let ranks = (IncidentRank(self), IncidentRank(other))
    if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
    guard isOpen else { return changedAt < other.changedAt }
    let isPending = incident.state == .pending
    if isPending != (other.incident.state == .pending) { return isPending }
    return changedAt > other.changedAt
  }
}
