import Foundation
import GuardAPI
import Health
import IncidentTracking
import Testing

@testable import GuardClient
@testable import GuardNotices

/// A simulated notification server: it performs the actions of the board and keeps the notifications on its screen.
struct Screen {
  var board: NoticeBoard
  var bubbles: [UInt32: Notice] = [:]
  /// All actions in order.
  var log: [String] = []
  var now = ContinuousClock.now
  private var last: UInt32 = 0

  init(_ filter: NoticeBoard.Filter = .init()) { board = NoticeBoard(filter: filter) }

  /// - Returns: the actions of this call.
  @discardableResult
  mutating func perform() -> [String] {
    var lines: [String] = []
    while let action = board.next() {
      switch action {
      case .close(let number):
        bubbles[number] = nil
        board.done(action)
        lines.append("close \(number)")
      case .show(let notice, let replaced, _):
        if replaced == nil { last += 1 }
        let number = replaced ?? last
        bubbles[number] = notice
        board.done(action, number: number)
        lines.append("\(replaced == nil ? "show" : "replace") \(number) \(notice.urgency) \(notice.summary)")
      }
    }
    #expect(!board.hasWork)
    log += lines
    return lines
  }

  mutating func change(
    _ change: IncidentNotice.Change, _ subject: String, _ severity: Problem.Severity = .warning,
    cluster: String = "tethys", id: String? = nil
  ) {
    let words: [IncidentNotice.Change: String] = [
      .worsened: "critical now: ", .flapping: "flapping: ", .reminder: "ongoing: ", .ended: "ended: ",
    ]
    board.apply(
      ChangeDocument(
        at: Scene.now, event: "incident_\(change.rawValue)", cluster: cluster, subject: subject,
        reason: "why", message: "\(cluster): \(words[change] ?? "")\(subject)", incident: id ?? subject,
        severity: severity, remedy: "mend it"), at: now)
  }

  mutating func dismiss(_ number: UInt32) {
    bubbles[number] = nil
    board.closed(number, at: now)
  }

  mutating func stands(_ incidents: [IncidentDocument], past: [IncidentDocument] = []) {
    board.apply(IncidentsDocument(open: incidents, past: past), at: now)
  }
}

/// An incident as the guard reports it.
func incident(
  _ subject: String, id: String? = nil, _ severity: Problem.Severity = .warning,
  state: Incident.State = .firing, notices: Int = 1, silence: String? = nil
) throws -> IncidentDocument {
  let quoted = silence.map { "\"\($0)\"" } ?? "null"
  let text = """
    {"schema":"oceanid.incidents/1","past":[],"silences":[],"open":[{"id":"\(id ?? subject)","state":"\(state.rawValue)",
    "severity":"\(severity.rawValue)","cluster":"tethys","subject":"\(subject)","title":"\(subject)","detail":"why",
    "remedy":"mend it","notices":\(notices),"silence":\(quoted)}]}
    """
  return try #require(DocumentCoding.decode(IncidentsDocument.self, from: .init(text.utf8)).open.first)
}
