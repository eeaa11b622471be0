import FoundationEssentials
import Health
import IncidentTracking

/// A cluster that is observed in virtual time, and its incidents.
struct Watched {
  static let start = Timestamp(seconds: 1_800_000_000)
  var tracker = IncidentTracker()
  var now = Watched.start
  var notices: [IncidentNotice] = []
  /// The events of all observations.
  private(set) var events: [IncidentEvent] = []
  /// The present problems.
  var problems: [Problem] = []
  var unseen: Set<Problem.Kind> = []
  var unseenSubjects: Set<String> = []
  /// Seconds between polls, and since the last one.
  var interval = 15
  private var sincePoll = 0
  private(set) var poll: Timestamp?

  init() {}

  static func problem(
    _ subject: String, _ kind: Problem.Kind = .node, _ severity: Problem.Severity = .critical
  ) -> Problem {
    Problem(
      .sample(kind), id: "tethys/\(kind.rawValue)/\(subject)/broken", severity: severity, cluster: "tethys",
      subject: subject,
      title: "\(subject) is broken", detail: "", since: start, step: NextStep(command: "look"))
  }

  /// Second by second: polls when they are due, and time passing every five.
  mutating func pass(_ seconds: Int, _ body: (inout Watched, Int) -> Void = { _, _ in }) {
    for second in 0..<seconds {
      body(&self, second)
      if sincePoll % interval == 0 {
        poll = now
        look()
      }
      sincePoll += 1
      now = now + .seconds(1)
      if second % 5 == 4 { notices += tracker.advance(to: now) }
    }
  }

  /// The judgment of this moment; between polls only the tunnel can change.
  mutating func look() {
    let update = tracker.observe(
      ProblemObservation(
        cluster: "tethys", problems: problems, unseen: unseen, unseenSubjects: unseenSubjects, poll: poll),
      at: now)
    events += update.events
  }

  var notified: [String] {
    notices.flatMap { notice in notice.entries.map { "\($0.change.rawValue) \($0.incident.subject)" } }
  }

  /// `change subject` of each notice since the last time, which is forgotten.
  mutating func news() -> [String] {
    defer { notices = [] }
    return notified
  }

  /// The guard ends and begins again.
  mutating func restart(_ edit: (String) -> String = { $0 }) throws {
    let kept = String(decoding: try JSONEncoder().encode(tracker), as: UTF8.self)
    tracker = try JSONDecoder().decode(IncidentTracker.self, from: Data(edit(kept).utf8))
  }

  mutating func silence(_ pattern: String?, for duration: Duration) {
    tracker.add(
      Silence(
        id: "s1", cluster: nil, pattern: pattern, reason: "r", author: "uid 0", createdAt: now,
        expiresAt: now + duration))
  }
}

extension ProblemCode {
  /// Any of this kind.
  static func sample(_ kind: Problem.Kind) -> ProblemCode {
    allCases.first { $0.declaration.kind == kind } ?? .node(.condition)
  }
}
