import Dispatch
import Glibc
import GuardAPI
import Health
import Platform
import Synchronization
import Systemd
import TestSupport
import Testing

@testable import GuardJournal
@testable import GuardState

@Suite(.blocking) struct QueuedLogTests {
  /// A journal that accepts entries only after it is opened.
  private final class Hanging: LogDestination {
    private let mayGoOn = DispatchSemaphore(value: 0)
    private let hasBegun = DispatchSemaphore(value: 0)
    private let records = Mutex<[LogRecord]>([])
    private let moments = Mutex<[Timestamp]>([])

    func write(_ record: LogRecord, at moment: Timestamp) {
      hasBegun.signal()
      mayGoOn.wait()
      mayGoOn.signal()
      records.withLock { $0.append(record) }
      moments.withLock { $0.append(moment) }
    }

    func goOn() { mayGoOn.signal() }
    func waitUntilItHangs() { hasBegun.wait() }
    var messages: [String] { records.withLock { $0.map(\.message) } }
    var all: [LogRecord] { records.withLock { $0 } }
    var times: [Timestamp] { moments.withLock { $0 } }
  }

  private let journal = Hanging()

  @Test func hangingJournalBlocksNoCallerAndOrderIsKept() {
    let log = QueuedLog(journal)
    let began = Timestamp.now
    for number in 0..<1000 { log.write(LogRecord(nil, "\(number)")) }
    let ended = Timestamp.now
    #expect(journal.all.isEmpty)
    journal.goOn()
    #expect(log.flush(within: .seconds(60)))
    #expect(journal.messages == (0..<1000).map { "\($0)" })
    // Of when it happened, and not of when it was written.
    #expect(journal.times.allSatisfy { began <= $0 && $0 <= ended })
  }

  @Test func droppedEntriesAreCountedInPlace() {
    let log = QueuedLog(journal, capacity: 3)
    for number in 0..<10 { log.write(LogRecord(.problemOpened, "\(number)")) }
    log.write(LogRecord(.startFailed, "no"))
    journal.goOn()
    #expect(log.flush(within: .seconds(60)))
    log.write(LogRecord(.tunnelUp, "up"))
    #expect(log.flush(within: .seconds(60)))
    #expect(journal.messages.count == 6)
    // Critical entries are accepted nevertheless.
    #expect(journal.messages.prefix(4) == ["0", "1", "2", "no"])
    let reported = journal.all.dropFirst(4).first
    #expect(reported?.event == .entriesHeldBack)
    #expect(reported?.extra == [.heldBack: "7"])
    #expect(reported?.subject == "log")
    #expect(reported?.priority == .warning)
    #expect(reported?.message == "suppressed 7 entries: the journal was blocked and 3 entries were pending")
    #expect(journal.messages.last == "up")
  }

  @Test func flushHasATimeout() {
    let log = QueuedLog(journal)
    log.write(LogRecord(.stopped, "stopped"))
    journal.waitUntilItHangs()
    #expect(!log.flush(within: .milliseconds(10)))
    journal.goOn()
    #expect(log.flush(within: .seconds(60)))
    #expect(journal.messages == ["stopped"])
  }

  @Test func unreadPipeBlocksNoCaller() async {
    await #expect(processExitsWith: .success) {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0, dup2(ends[1], STDERR_FILENO) >= 0 else { exit(1) }
      unsetenv("JOURNAL_STREAM")
      let log = standardEventLog()
      // More than a pipe takes (pipe(7)).
      for number in 0..<2000 {
        log.write(LogRecord(.started, "\(number) " + String(repeating: "x", count: 1000)))
      }
      exit(log.flush(within: .milliseconds(200)) ? 2 : 0)
    }
  }
}
