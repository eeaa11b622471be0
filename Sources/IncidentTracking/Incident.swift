public import Health

/// The problems of one subject, from the first to the last. People are notified of an incident, not of each problem.
///
/// Every judgment may add or remove a problem; an incident fires and ends after a delay. `IncidentTracker`
/// decides when it begins and ends.
public struct Incident: Hashable, Codable, Sendable {
  public enum State: String, Codable, Sendable, CaseIterable {
    /// The problem is new and may end soon.
    case pending
    case firing
    /// The problem is gone and may return soon.
    case recovering
    case ended
  }

  /// The journal's OCEANID_INCIDENT.
  public let id: String
  public let cluster: String
  /// `node calypso`; a cluster has at most one open incident per subject.
  public let subject: String
  /// The begin: the earliest `since` of its problems.
  public internal(set) var since: Timestamp
  public internal(set) var state: State
  public internal(set) var firedAt: Timestamp?
  /// The end: the time when its subject was first observed without a problem.
  public internal(set) var endedAt: Timestamp?
  /// True if it appears and disappears so often that single changes are not notified.
  public internal(set) var isFlapping: Bool
  /// Its worst problem as last observed: id, severity and text.
  public internal(set) var problem: String
  public internal(set) var kind: Problem.Kind
  public internal(set) var severity: Problem.Severity
  public internal(set) var title: String
  public internal(set) var detail: String
  /// The next step in one line, and its two parts. Files of older guards have only the line.
  public internal(set) var remedy: String
  public internal(set) var command: String?
  public internal(set) var note: String?
  /// The stable name of its problem's kind: `node-not-ready`. nil in files of older guards.
  public internal(set) var code: String?
  /// The number of its notices.
  public internal(set) var notices: Int
  /// The highest severity in its notices, including this one; nil before the first notice.
  ///
  /// The end is notified at this severity: an incident that became critical under a silence was not notified as
  /// critical.
  public internal(set) var notifiedSeverity: Problem.Severity?

  private enum CodingKeys: String, CodingKey {
    case id, cluster, subject, since, state, firedAt, endedAt, isFlapping, problem, kind, severity, title,
      detail
    case remedy, command, note, code, notices
    // The name in files of older guards.
    case notifiedSeverity = "toldSeverity"
  }

  /// The limit of texts in bytes. Longer texts are shortened because every notice contains them. The unit is
  /// bytes because a character may have any number of bytes.
  private static let longestText = 1024

  init(id: String, of problem: Problem) {
    self.id = id
    cluster = problem.cluster
    subject = problem.subject
    since = problem.since
    state = .pending
    isFlapping = false
    notices = 0
    self.problem = problem.id
    kind = problem.kind
    severity = problem.severity
    title = Incident.cut(problem.title, to: Incident.longestText / 2)
    detail = Incident.cut(problem.detail, to: Incident.longestText)
    remedy = ""
    setStep(of: problem)
  }

  /// Copies the current state of the problem.
  mutating func update(_ problem: Problem) {
    self.problem = problem.id
    kind = problem.kind
    severity = problem.severity
    title = Incident.cut(problem.title, to: Incident.longestText / 2)
    detail = Incident.cut(problem.detail, to: Incident.longestText)
    setStep(of: problem)
  }

  private mutating func setStep(of problem: Problem) {
    code = problem.code.rawValue
    remedy = Incident.cut(problem.remedy, to: Incident.longestText * 2)
    note = problem.step.note.map { Incident.cut($0, to: Incident.longestText) }
    // A truncated command could do something else.
    command = problem.step.command.flatMap { $0.utf8.count > Incident.longestText * 2 ? nil : $0 }
  }

  /// A copy with at most this many bytes of detail, for files with thousands of incidents.
  public func shortened(detailTo bytes: Int) -> Incident {
    var incident = self
    incident.detail = Incident.cut(detail, to: bytes)
    return incident
  }

  /// Returns the text itself if it is short enough, so that thousands of incidents share it with their reports.
  private static func cut(_ text: String, to bytes: Int) -> String {
    guard text.utf8.count > bytes else { return text }
    var end = text.utf8.index(text.utf8.startIndex, offsetBy: max(0, bytes - 3))
    while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
      end = text.utf8.index(before: end)
    }
    return bytes < 3 ? "" : String(text.unicodeScalars[..<end]) + "…"
  }

  /// - Returns: true if one of its times was in the future.
  mutating func clamp(to now: Timestamp) -> Bool {
    let before = self
    since = min(since, now)
    firedAt = firedAt.map { min($0, now) }
    endedAt = endedAt.map { min($0, now) }
    return self != before
  }
}

extension Incident {
  /// A test incident for an alert channel. It has no real problem.
  public static func test(of channel: String, at now: Timestamp) -> Incident {
    var incident = Incident(
      id: "test-\(channel)@\(now.milliseconds)",
      of: Problem(
        .own(.alertsTest), ["channel": channel], subject: "alerts \(channel)",
        detail: "Nothing is wrong: this is a test of the channel.", since: now,
        step: NextStep(note: "none is needed")))
    incident.state = .firing
    incident.firedAt = now
    incident.notices = 1
    return incident
  }

  public var isTest: Bool { code == ProblemCode.own(.alertsTest).rawValue }
}
