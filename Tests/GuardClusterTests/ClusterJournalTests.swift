import GuardAPI
import GuardIncidents
import GuardTypes
import Health
import Synchronization
import Systemd
import TestSupport
import Testing
import Tunnel

@testable import GuardCluster
@testable import GuardJournal

@Suite struct ClusterJournalTests {
  private final class Memory: EventLog {
    private let records = Mutex<[LogRecord]>([])
    func write(_ record: LogRecord) { records.withLock { $0.append(record) } }
    var all: [LogRecord] { records.withLock { $0 } }
    var events: [String] { all.compactMap { $0.event?.name } }
  }

  private static let failure = TunnelFailure(.connectRefused, "refused", remedy: "start sshd")

  private static func problem(_ id: String) -> Problem {
    Problem(
      .node(.condition), id: id, severity: .critical, cluster: "tethys", subject: "node x",
      title: "x is down", detail: "why",
      since: Timestamp(seconds: 0), step: NextStep(command: "look"))
  }

  private static func tunnelProblem(_ code: String) -> Problem {
    Problem(
      .access(.tunnelDown), id: "tethys/tunnel/\(code)", severity: .critical, cluster: "tethys",
      subject: "tunnel tethys",
      title: "down",
      detail: code, since: Timestamp(seconds: 0), step: NextStep(command: "look"))
  }

  private static func report(_ verdict: Verdict, _ problems: Problem...) -> ClusterReport {
    ClusterReport(name: "tethys", verdict: verdict, summary: "s", problems: problems)
  }

  @Test func aLoginThatWaitsForAnAgentHasAnEntry() {
    let log = Memory()
    JournalFixture(log: log).journal.write(.waits("the agent to sign with id: it may ask for a touch"))
    #expect(log.events == ["tunnel_waits"])
    #expect(
      log.all.first?.message
        == "tethys: the login waits for the agent to sign with id: it may ask for a touch")
  }

  @Test func outageIsOneIncident() {
    let log = Memory()
    let fixture = JournalFixture(log: log)
    let journal = fixture.journal
    journal.write(.changed(from: .up, to: .connecting, failure: Self.failure, attempt: 1))
    for attempt in 1...20 {
      journal.write(.changed(from: .connecting, to: .backoff, failure: Self.failure, attempt: attempt))
    }
    journal.write(.changed(from: .connecting, to: .up, failure: nil, attempt: 0))
    // One entry per doubling: attempts 1, 2, 4, 8, 16.
    #expect(log.events == ["tunnel_down"] + Array(repeating: "tunnel_retry", count: 5) + ["tunnel_up"])
    #expect(Set(log.all.map(\.incident)).count == 1)
    #expect(log.all.first?.incident != nil)
    #expect(log.all.first?.remedy == "start sshd")
    fixture.write(from: nil, to: Self.report(.healthy))
    journal.write(.changed(from: .up, to: .connecting, failure: Self.failure, attempt: 1))
    #expect(log.all.last?.incident != log.all.first?.incident)
  }

  @Test func hiddenProblemHasNotEnded() {
    let log = Memory()
    let fixture = JournalFixture(log: log)
    let broken = Self.report(.critical, Self.problem("tethys/node/x/not-ready"))
    let blind = ClusterReport(
      name: "tethys", verdict: .critical, summary: "s", problems: [], unseen: Set(Problem.Kind.allCases))
    fixture.write(from: nil, to: broken)
    fixture.write(from: broken, to: blind)
    fixture.write(from: blind, to: broken)
    #expect(log.events == ["problem_opened"])
    fixture.write(from: broken, to: blind)
    fixture.write(from: blind, to: Self.report(.critical))
    #expect(log.events == ["problem_opened", "problem_closed"])
    #expect(Set(log.all.compactMap(\.incident)).count == 1)
  }

  @Test func problemThatReturnsBelongsToTheSameIncident() {
    let log = Memory()
    let fixture = JournalFixture(log: log)
    let start = Timestamp(seconds: 1_800_000_000)
    let healthy = Self.report(.healthy)
    let broken = Self.report(.critical, Self.problem("tethys/node/x/not-ready"))
    // It fires after 20 s, and comes back before it ended.
    for second in [0, 25] as [Int64] {
      fixture.write(from: nil, to: broken, at: start + .seconds(second))
      fixture.ledger.pass(at: start + .seconds(second))
    }
    fixture.write(from: nil, to: healthy, at: start + .seconds(30))
    fixture.write(from: nil, to: broken, at: start + .seconds(35))
    #expect(log.events == ["problem_opened", "problem_closed", "problem_opened"])
    #expect(Set(log.all.map(\.incident)).count == 1)
  }

  /// A reconnection on request has no problem; its entries have one id all the same, and so has what follows.
  @Test func requestedReconnectIsNoIncident() {
    let log = Memory()
    let fixture = JournalFixture(log: log)
    fixture.journal.write(.changed(from: .up, to: .connecting, failure: nil, attempt: 0))
    fixture.journal.write(.changed(from: .connecting, to: .up, failure: nil, attempt: 0))
    #expect(log.events == ["tunnel_down", "tunnel_up"])
    #expect(log.all.allSatisfy { $0.incident == nil })
    // The attempt fails, so an outage begins.
    fixture.journal.write(.changed(from: .up, to: .connecting, failure: nil, attempt: 0))
    fixture.journal.write(.changed(from: .connecting, to: .backoff, failure: Self.failure, attempt: 1))
    #expect(log.all.last?.event == .tunnelRetry && log.all.last?.incident != nil)
  }

  @Test func anInterruptionWithoutAProblemHasOneIncident() {
    let log = Memory()
    let fixture = JournalFixture(log: log)
    let connecting = ClusterReport(
      name: "tethys", verdict: .unknown, summary: "s", problems: [], unseen: Set(Problem.Kind.allCases))
    let down = Self.report(.critical, Self.tunnelProblem("peer_closed"))
    func reconnect() {
      fixture.journal.write(.changed(from: .up, to: .connecting, failure: Self.failure, attempt: 1))
      fixture.write(from: nil, to: connecting)
    }
    func comeUp() {
      fixture.journal.write(.changed(from: .connecting, to: .up, failure: nil, attempt: 0))
      fixture.write(from: nil, to: Self.report(.healthy))
    }
    reconnect()
    comeUp()
    #expect(log.events == ["tunnel_down", "tunnel_up"])
    reconnect()
    fixture.write(from: nil, to: down)
    comeUp()
    #expect(
      log.events.dropFirst(2) == ["tunnel_down", "problem_opened", "tunnel_up", "problem_closed"])
    #expect(log.all.allSatisfy { $0.incident != nil })
    #expect(Set(log.all.prefix(2).map(\.incident)).count == 1)
    #expect(Set(log.all.dropFirst(2).map(\.incident)).count == 1)
    #expect(Set(log.all.map(\.incident)).count == 2)
  }

  @Test func problemOpensAndClosesOnceWithOneIncident() {
    let log = Memory()
    let fixture = JournalFixture(log: log)
    let healthy = Self.report(.healthy)
    let broken = Self.report(.critical, Self.problem("tethys/node/x/not-ready"))
    fixture.write(from: nil, to: healthy)
    fixture.write(from: healthy, to: broken)
    fixture.write(from: broken, to: broken)
    fixture.write(from: broken, to: healthy)
    #expect(log.events == ["problem_opened", "verdict_changed", "problem_closed", "verdict_changed"])
    #expect(log.all[0].incident == log.all[2].incident)
    #expect(log.all[0].priority == .error)
    #expect(log.all[0].message.contains("x is down: why"))
  }

  @Test func aTunnelWhoseFaultChangesIsNotOverAndStaysOneIncident() {
    let log = Memory()
    let fixture = JournalFixture(log: log)
    let journal = fixture.journal
    let closed = Self.report(.critical, Self.tunnelProblem("peer_closed"))
    let refused = Self.report(.critical, Self.tunnelProblem("connect_refused"))
    journal.write(.changed(from: .up, to: .connecting, failure: Self.failure, attempt: 1))
    fixture.write(from: Self.report(.healthy), to: closed)
    fixture.write(from: closed, to: refused)
    journal.write(.changed(from: .connecting, to: .up, failure: nil, attempt: 0))
    fixture.write(from: refused, to: Self.report(.healthy))
    #expect(log.events.count { $0 == "problem_closed" } == 1)
    #expect(log.events.count { $0 == "problem_opened" } == 2)
    #expect(Set(log.all.filter { $0.event != .verdictChanged }.map(\.incident)).count == 1)
  }

  @Test func apiFailureIsOneIncidentWithItsProblem() {
    let problem = Problem(
      .api(.failing), id: "tethys/api/unauthorized", severity: .critical, cluster: "tethys",
      subject: "API of tethys",
      title: "refused", detail: "401", since: Timestamp(seconds: 0), step: NextStep(command: "look"))
    let failure = PollFailure(code: .unauthorized, message: "401", remedy: "mend the token")
    let log = Memory()
    let fixture = JournalFixture(log: log)
    let journal = fixture.journal
    journal.writePollSucceeded()
    journal.write(pollFailed: failure)
    journal.write(pollFailed: failure)
    fixture.write(from: Self.report(.healthy), to: Self.report(.critical, problem))
    journal.writePollSucceeded()
    journal.writePollSucceeded()
    #expect(log.events == ["api_failed", "problem_opened", "verdict_changed", "api_recovered"])
    #expect(Set(log.all.filter { $0.event != .verdictChanged }.map(\.incident)).count == 1)
    #expect(log.all[0].remedy == "mend the token" && log.all[0].reason == "unauthorized")
  }

  @Test func busyPortNamesItsHolderAndTheCommand() {
    let log = Memory()
    let fixture = JournalFixture(log: log)
    let journal = fixture.journal
    journal.write(.forwardBusy(listen: StreamAddress(host: "127.0.0.1", port: 16443), holder: "ssh (pid 42)"))
    #expect(log.events == ["forward_port_busy"])
    #expect(log.all[0].message.contains("ssh (pid 42)"))
    #expect(log.all[0].remedy == "ss -ltnp 'sport = :16443'")
  }
}
