import Glibc
import GuardJournal
import Platform
import Synchronization
import TestSupport
import Testing

@testable import GuardDaemon

@Suite(.blocking, .serialized) struct SupervisorTests {
  private final class Ends: Sendable {
    let records = Mutex<[LogRecord]>([])
    var first: LogRecord? { records.withLock(\.first) }
  }

  private static let shortage = SystemError("pthread_create", code: EAGAIN)

  private func supervisor(
    _ ends: Ends, _ timeLimits: Supervisor.TimeLimits, shortage: SystemError? = shortage
  ) throws -> Supervisor {
    try Supervisor(
      SignalDescriptor([SIGWINCH]), timeLimits: timeLimits, findShortage: { shortage },
      end: { record in ends.records.withLock { $0.append(record) } })
  }

  @Test func aGuardThatGetsNoThreadsAtItsStartEnds() throws {
    let ends = Ends()
    let supervisor = try supervisor(ends, .init(start: .milliseconds(50)))
    defer { supervisor.finish() }
    #expect(eventually { ends.first != nil })
    let record = try #require(ends.first)
    #expect(record.message.hasSuffix("pthread_create: Resource temporarily unavailable"), "\(record.message)")
    let remedy = try #require(record.remedy)
    #expect(remedy.contains("TasksMax=") && remedy.contains("ulimit -u"))
  }

  @Test func aGuardThatGetsNoThreadsWhileItRunsEnds() throws {
    let ends = Ends()
    let supervisor = try supervisor(ends, .init(start: .seconds(1), run: .milliseconds(100)))
    defer { supervisor.finish() }
    supervisor.beat()
    #expect(eventually { ends.first != nil })
  }

  @Test func aSlowGuardWithThreadsGoesOn() throws {
    let ends = Ends()
    let supervisor = try supervisor(ends, .init(start: .milliseconds(20)), shortage: nil)
    usleep(300_000)
    supervisor.finish()
    #expect(ends.first == nil)
  }

  @Test func aSignalThatStopsTheGuardEndsItInAnyCase() throws {
    let ends = Ends()
    let supervisor = try supervisor(
      ends, .init(start: .milliseconds(50), stop: .milliseconds(50), wholeStop: .milliseconds(400)),
      shortage: nil)
    defer { supervisor.finish() }
    supervisor.receive(SIGTERM)
    #expect(eventually { ends.first != nil })
    #expect(ends.first?.message == "oceanid-guard does not stop in time, and is ended")
    #expect(supervisor.orders.collect() == [.stop])
  }

  @Test func withoutALimitThereIsNoShortage() throws {
    #expect(Supervisor.findShortage() == nil)
  }
}
