/// Mutes the notices about a subject for some time, for example during planned work.
///
/// Matching incidents continue. If an incident was notified before, its end is notified.
public struct Silence: Hashable, Codable, Sendable {
  public let id: String
  /// nil: every cluster.
  public let cluster: String?
  /// Matches an incident's subject or its problem's id; `*` stands for any text. nil: everything.
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

  /// A silence with a start in the future was made while the clock was wrong. It keeps its length.
  ///
  /// - Returns: whether the silence was changed.
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
    return Silence.matches(pattern, subject) || Silence.matches(pattern, problem)
  }

  /// Ignores case, because no two subjects differ only in case.
  ///
  /// Backtracks to the last `*` only, so it takes at most length × length steps for any pattern.
  static func matches(_ pattern: String, _ text: String) -> Bool {
    let pattern = pattern.utf8.map(small)
    let text = text.utf8.map(small)
    var at = (pattern: 0, text: 0)
    var star: (pattern: Int, text: Int)?
    while at.text < text.count {
      if at.pattern < pattern.count, pattern[at.pattern] == UInt8(ascii: "*") {
        star = (at.pattern + 1, at.text)
        at.pattern += 1
      } else if at.pattern < pattern.count, pattern[at.pattern] == text[at.text] {
        at = (at.pattern + 1, at.text + 1)
      } else if let last = star {
        star = (last.pattern, last.text + 1)
        at = (last.pattern, last.text + 1)
      } else {
        return false
      }
    }
    return pattern[at.pattern...].allSatisfy { $0 == UInt8(ascii: "*") }
  }

  private static func small(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
