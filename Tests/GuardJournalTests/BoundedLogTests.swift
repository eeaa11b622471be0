import GuardAPI
import Platform
import Synchronization
import Systemd
import TestSupport
import Testing

@testable import GuardJournal

@Suite struct BoundedLogTests {
  private final class Memory: EventLog {
    private let records = Mutex<[LogRecord]>([])
    func write(_ record: LogRecord) { records.withLock { $0.append(record) } }
    var all: [LogRecord] { records.withLock { $0 } }
  }

  private let memory = Memory()
  private let now = MonotonicTime.now

  private func problem(_ cluster: String = "tethys") -> LogRecord {
    LogRecord(.problemOpened, "it broke", priority: .error, cluster: cluster)
  }

  @Test func floodIsSuppressedAndCounted() {
    let log = BoundedLog(memory)
    for _ in 0..<(EventAllowance.burst + 50) { log.write(problem(), at: now) }
    #expect(memory.all.count == EventAllowance.burst)
    log.flushSuppressed()
    let reported = memory.all.last
    #expect(reported?.event == .entriesHeldBack)
    #expect(reported?.extra == [.heldBack: "50"])
    #expect(reported?.subject == "problem_opened" && reported?.cluster == "tethys")
    #expect(reported?.priority == .warning)
    #expect(reported?.message.hasPrefix("tethys: suppressed 50 entries 'problem_opened'") == true)
    log.flushSuppressed()
    #expect(memory.all.count == EventAllowance.burst + 1)
  }

  @Test func floodDoesNotAffectOtherClusters() {
    let log = BoundedLog(memory)
    for _ in 0..<(EventAllowance.burst + 1) { log.write(problem(), at: now) }
    log.write(problem("other"), at: now)
    log.write(LogRecord(.tunnelUp, "up", cluster: "tethys"), at: now)
    #expect(memory.all.count == EventAllowance.burst + 2)
  }

  @Test func allowanceGrowsWithTime() {
    let log = BoundedLog(memory)
    for _ in 0..<(EventAllowance.burst + 1) { log.write(problem(), at: now) }
    for _ in 0..<10 { log.write(problem(), at: now + .seconds(5)) }
    #expect(memory.all.count == EventAllowance.burst + 5)
  }

  @Test func criticalEntriesAlwaysPass() {
    let log = BoundedLog(memory)
    for _ in 0..<(EventAllowance.burst * 2) { log.write(LogRecord(.startFailed, "no"), at: now) }
    #expect(memory.all.count == EventAllowance.burst * 2)
  }

  @Test func suppressionIsReportedAutomatically() {
    let log = BoundedLog(memory, interval: .milliseconds(20))
    for _ in 0..<(EventAllowance.burst + 3) { log.write(problem(), at: now) }
    #expect(eventually { memory.all.last?.extra == [.heldBack: "3"] })
  }

  @Test func suppressedEntryKeepsItsPriority() {
    let log = BoundedLog(memory)
    for _ in 0..<(EventAllowance.burst + 1) { log.write(LogRecord(.forwardListening, "on"), at: now) }
    log.flushSuppressed()
    #expect(memory.all.last?.priority == .info)
  }
}
