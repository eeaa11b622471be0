import GuardAPI
import Synchronization

@testable import GuardJournal

/// A log that keeps its records.
final class LogMemory: EventLog {
  private let records = Mutex<[LogRecord]>([])
  func write(_ record: LogRecord) { records.withLock { $0.append(record) } }
  var all: [LogRecord] { records.withLock { $0 } }
  var events: [String] { all.compactMap { $0.event?.name } }
}
