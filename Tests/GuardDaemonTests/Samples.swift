import GuardAPI

@testable import GuardJournal
@testable import Health
@testable import IncidentTracking

let moment = Timestamp(seconds: 1_800_000_000)

extension IncidentNotice {
  /// `opened a/1`: changes with incidents and the number of notices.
  var words: [String] { entries.map { "\($0.change.rawValue) \($0.incident.id)/\($0.incident.notices)" } }
}

struct SilentLog: EventLog {
  func write(_ record: LogRecord) {}
}
