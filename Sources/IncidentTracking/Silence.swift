internal import GuardTypes
public import Health

/// Mutes notices for some time, for example during a planned reboot or a repair.
///
/// Incidents continue; only their notices are suppressed. The end of an incident that was notified before is
/// notified.
public struct Silence: Hashable, Codable, Sendable {
  public let id: String
  /// nil for all clusters.
  public let cluster: String?
  /// Matches an incident's subject or its problem's id; `*` matches any text. nil for all incidents.
  public let pattern: String?
  public let reason: String
  /// `uid 1000`
  public let author: String
  public private(set) var createdAt: Timestamp
  public private(set) var expiresAt: Timestamp

  public init(
    id: String, cluster: String?, pattern: String?, reason: String, author: String, createdAt: Timestamp,
    expiresAt: Timestamp
  ) {
    self.id = id
    self.cluster = cluster
    self.pattern = pattern
    self.reason = reason
    self.author = author
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }

  /// Moves a silence from the future to `now` with the same length. It was created while the clock was wrong.
  ///
  /// - Returns: true if it was from the future.
  mutating func clamp(to now: Timestamp) -> Bool {
    guard createdAt > now else { return false }
    expiresAt = now + (expiresAt - createdAt)
    createdAt = now
    return true
  }

  public func holdsBack(_ incident: Incident) -> Bool {
    matches(cluster: incident.cluster, subject: incident.subject, problem: incident.problem)
  }

  public func matches(_ problem: Problem) -> Bool {
    matches(cluster: problem.cluster, subject: problem.subject, problem: problem.id)
  }

  private func matches(cluster: String, subject: String, problem: String) -> Bool {
    if let own = self.cluster, own != cluster { return false }
    guard let pattern else { return true }
    return Wildcard.matches(pattern, subject) || Wildcard.matches(pattern, problem)
  }
}
