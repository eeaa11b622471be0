import Synchronization

@testable import GuardJournal
@testable import Health

let moment = Timestamp(seconds: 1_800_000_000)

extension IncidentNotice {
  /// `opened a/1`: changes with incidents and the number of notices.
  var words: [String] { entries.map { "\($0.change.rawValue) \($0.incident.id)/\($0.incident.notices)" } }
}

/// A log that keeps its records.
final class LogMemory: EventLog {
  private let records = Mutex<[LogRecord]>([])
  func write(_ record: LogRecord) { records.withLock { $0.append(record) } }
  var all: [LogRecord] { records.withLock { $0 } }
  var events: [String] { all.compactMap { $0.event?.name } }
}

struct SilentLog: EventLog {
  func write(_ record: LogRecord) {}
}
