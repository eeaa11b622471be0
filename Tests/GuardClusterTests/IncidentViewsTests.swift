import GuardAPI
import GuardTypes
import Health
import IncidentTracking
import Synchronization
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardCluster
@testable import GuardHistory
@testable import GuardIncidents
@testable import GuardJournal
@testable import GuardPages
@testable import GuardState
@testable import GuardTerminal

/// `status`, `history`, `incidents` and `report` show the same begin, end and length of an incident.
@Suite struct IncidentViewsTests {
  /// A journal whose entries have the virtual time.
  private final class VirtualLog: EventLog {
    private let state = Mutex((now: Timestamp(seconds: 0), changes: [ChangeDocument]()))

    func write(_ record: LogRecord) {
      state.withLock { state in
        if let change = ChangeDocument(record, at: state.now) { state.changes.append(change) }
      }
    }

    /// Entries are written a moment after the observation.
    func set(_ now: Timestamp) { state.withLock { $0.now = now + .milliseconds(40) } }
    var changes: [ChangeDocument] { state.withLock { $0.changes } }
  }

  private static let start = Timestamp(seconds: 1_800_000_000)
  private static let secret = problem(.platform(.secretMissing), "secret flux-system/github-token")
  private static let tunnel = problem(.access(.tunnelDown), "tunnel tethys")

  private static func problem(
    _ code: ProblemCode, _ subject: String, _ word: String = "x", since: Timestamp? = nil
  ) -> Problem {
    Problem(
      code, id: "tethys/\(subject)/\(word)", severity: .critical, cluster: "tethys", subject: subject,
      title: "\(subject) has \(word)", detail: "", since: since ?? start, step: NextStep(command: "look"))
  }

  /// A guard that observes a cluster every five seconds.
  private final class Watch {
    private let log = VirtualLog()
    private let folder: TemporaryFolder
    private var fixture: JournalFixture
    private var previous: ClusterReport?
    private(set) var now = IncidentViewsTests.start

    init() throws {
      folder = try TemporaryFolder()
      fixture = JournalFixture(
        log: log, file: IncidentFile(folder: StateFolder(folder: folder.path)))
    }

    /// The guard is restarted.
    func restart() {
      fixture.ledger.save()
      fixture = JournalFixture(
        log: log, file: IncidentFile(folder: StateFolder(folder: folder.path)))
      previous = nil
      log.write(LogRecord(.started, "started", extra: [.incidentsKept: "\(!fixture.ledger.isNew)"]))
    }

    func pass(_ seconds: Int64, _ problems: [Problem]) {
      let isDown = problems.contains { $0.kind == .tunnel }
      let report = ClusterReport(
        name: "tethys", verdict: .critical, summary: "s", problems: problems,
        unseen: isDown ? Set(Problem.Kind.allCases).subtracting([.tunnel]) : [])
      for _ in stride(from: 0, to: seconds, by: 4) {
        log.set(now)
        let update = fixture.ledger.observe(
          ProblemObservation(
            cluster: "tethys", problems: problems, unseen: report.unseen, poll: now), at: now)
        let judged = report.beginning(at: update.begins)
        fixture.journal.write(update.events, from: previous, to: judged)
        previous = judged
        fixture.ledger.pass(at: now)
        now = now + .seconds(4)
      }
    }

    /// As `status` shows it; nil if the subject has no problem.
    func status(_ subject: String) -> Timestamp? {
      previous?.problems.filter { $0.subject == subject }.map(\.since).min()
    }

    var history: HistoryDocument { HistoryDocument(source: .journal, truncated: false, events: log.changes) }

    func episodes(_ subject: String) -> [Episode] {
      Episode.fold(log.changes).filter { $0.first.subject == subject }
    }

    func report(_ subject: String) -> [Episode] {
      ReportFacts(history, before: nil, status: nil, from: IncidentViewsTests.start - .seconds(60), to: now)
        .incidents.filter { $0.first.subject == subject }
    }

    func open(_ subject: String) -> [IncidentDocument] {
      fixture.ledger.document().open.filter { $0.subject == subject }
    }

    func past(_ subject: String) -> [IncidentDocument] {
      fixture.ledger.document().past.filter { $0.subject == subject }
    }
  }

  /// All views agree on an incident that has ended.
  private static func expectPast(
    _ watch: Watch, _ problem: Problem, from begin: Timestamp, to end: Timestamp,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let subject = problem.subject
    #expect(watch.open(subject).isEmpty, sourceLocation: location)
    #expect(watch.past(subject).map(\.since) == [begin], sourceLocation: location)
    #expect(watch.past(subject).map(\.endedAt) == [end], sourceLocation: location)
    for episodes in [watch.episodes(subject), watch.report(subject)] {
      #expect(episodes.map(\.begin) == [begin], sourceLocation: location)
      #expect(episodes.map(\.until) == [end], sourceLocation: location)
      #expect(episodes.map(\.first.incident) == watch.past(subject).map(\.id), sourceLocation: location)
    }
    #expect(watch.status(subject) == nil, sourceLocation: location)
  }

  /// All views agree on an incident that is open.
  private static func expectOpen(
    _ watch: Watch, _ problem: Problem, from begin: Timestamp, _ location: SourceLocation = #_sourceLocation
  ) {
    let subject = problem.subject
    #expect(watch.open(subject).map(\.since) == [begin], sourceLocation: location)
    for episodes in [watch.episodes(subject), watch.report(subject)] {
      #expect(episodes.map(\.begin) == [begin], sourceLocation: location)
      #expect(episodes.map(\.until) == [nil], sourceLocation: location)
      #expect(episodes.map(\.first.incident) == watch.open(subject).map(\.id), sourceLocation: location)
    }
    #expect(watch.status(subject) == begin, sourceLocation: location)
  }

  /// The Secret is back after 72 s, and the tunnel goes down before 30 s without the problem have passed.
  @Test func aTunnelThatGoesDownAfterTheEndDoesNotMoveTheEnd() throws {
    let watch = try Watch()
    watch.pass(72, [Self.secret])
    Self.expectOpen(watch, Self.secret, from: Self.start)
    watch.pass(12, [])
    watch.pass(120, [Self.tunnel])
    watch.pass(60, [])
    try Self.expectPast(watch, Self.secret, from: Self.start, to: Self.start + .seconds(72))
    let terminal = Terminal(width: 200, hasColor: false, now: watch.now)
    let incidents = IncidentsPage.page(
      IncidentsDocument(open: [], past: watch.past(Self.secret.subject)), terminal, pastLimit: 10)
    #expect(incidents.text(for: terminal).contains("1 min 12 s"))
    let history = HistoryPage.page(watch.history, terminal, range: "today")
    #expect(history.text(for: terminal).contains("1 min 12 s"))
  }

  @Test func aTunnelThatHidesAProblemNeitherEndsNorRestartsIt() throws {
    let watch = try Watch()
    watch.pass(32, [Self.secret])
    watch.pass(120, [Self.tunnel])
    watch.pass(32, [Self.secret])
    Self.expectOpen(watch, Self.secret, from: Self.start)
    watch.pass(60, [])
    try Self.expectPast(watch, Self.secret, from: Self.start, to: Self.start + .seconds(184))
  }

  /// The condition is older than the guard's observation of it.
  @Test func anIncidentBeginsWhenItsProblemDid() throws {
    let watch = try Watch()
    let begin = Self.start - .seconds(29 * 86_400)
    let overdue = Self.problem(.platform(.certificateRenewalOverdue), "certificate default/web", since: begin)
    watch.pass(60, [overdue])
    Self.expectOpen(watch, overdue, from: begin)
    watch.pass(60, [])
    try Self.expectPast(watch, overdue, from: begin, to: Self.start + .seconds(60))
  }

  @Test func aChangeOfCauseIsOneIncident() throws {
    let watch = try Watch()
    let subject = "API of tethys"
    for word in ["bad_response", "unauthorized", "forbidden", "timeout"] {
      watch.pass(20, [Self.problem(.api(.failing), subject, word)])
    }
    Self.expectOpen(watch, Self.problem(.api(.failing), subject, "timeout"), from: Self.start)
    watch.pass(60, [])
    try Self.expectPast(
      watch, Self.problem(.api(.failing), subject), from: Self.start, to: Self.start + .seconds(80))
  }

  @Test func aProblemThatReturnsBeforeTheEndContinuesItsIncident() throws {
    let watch = try Watch()
    watch.pass(60, [Self.secret])
    watch.pass(12, [])
    let again = Self.problem(
      .platform(.secretMissing), Self.secret.subject, since: Self.start + .seconds(72))
    watch.pass(40, [again])
    Self.expectOpen(watch, again, from: Self.start)
    watch.pass(60, [])
    try Self.expectPast(watch, again, from: Self.start, to: Self.start + .seconds(112))
  }

  @Test func aRestartNeitherEndsNorRestartsAnIncident() throws {
    let watch = try Watch()
    watch.pass(40, [Self.secret])
    watch.restart()
    watch.pass(40, [Self.secret])
    Self.expectOpen(watch, Self.secret, from: Self.start)
    watch.restart()
    watch.pass(60, [])
    try Self.expectPast(watch, Self.secret, from: Self.start, to: Self.start + .seconds(80))
  }
}
