import FoundationEssentials
import Glibc
import GuardAPI
import Health
import SystemJournal
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardHistory
@testable import GuardPages
@testable import GuardTerminal

@Suite struct HistoryTests {
  private static let now = at("2026-03-01T04:30:00Z")

  private static func change(
    _ time: String, _ event: String, _ subject: String = "tunnel", reason: String? = nil,
    incident: String? = nil,
    attempts: Int? = nil, message: String = ""
  ) -> ChangeDocument {
    ChangeDocument(
      at: at("2026-03-01T\(time)Z"), event: event, cluster: "tethys", subject: subject, reason: reason,
      message: "tethys: \(message)", incident: incident, attempts: attempts)
  }

  /// The changes that the daemon reports for an outage.
  private static let outage = [
    change("04:12:00", "tunnel_down", reason: "keepalive_timeout", incident: "a"),
    change("04:12:00.1", "problem_opened", incident: "a", message: "tunnel to tethys is down"),
    change("04:12:01", "verdict_changed", "cluster tethys"),
    change("04:12:02", "tunnel_retry", reason: "connect_refused", incident: "a", attempts: 1),
    change("04:15:02", "tunnel_up", incident: "a", attempts: 4),
    change("04:15:02.4", "problem_closed", incident: "a", message: "ended: tunnel to tethys is down"),
  ]

  private func lines(
    _ events: [ChangeDocument], truncated: Bool = false, width: Int? = nil, until end: Timestamp? = nil
  ) -> [String] {
    let terminal = Terminal(width: width, hasColor: false, now: Self.now)
    let history = HistoryDocument(source: .journal, truncated: truncated, events: events)
    return HistoryPage.page(history, terminal, range: "since today", until: end).lines.map(\.text)
  }

  /// Notices about an incident are not separate incidents.
  @Test func noticesAreNotEpisodes() {
    func change(_ second: Int64, _ event: String) -> ChangeDocument {
      ChangeDocument(
        at: Timestamp(seconds: second), event: event, cluster: "tethys", subject: "node x", message: event,
        incident: "i")
    }
    let episodes = Episode.fold([
      change(0, "problem_opened"), change(30, "incident_opened"), change(60, "problem_closed"),
      change(100, "incident_ended"),
    ])
    #expect(episodes.count == 1)
    #expect(episodes.first?.until == Timestamp(seconds: 60))
    #expect(Episode.fold([change(0, "incident_reminder")]).isEmpty)
  }

  @Test func outageIsOneLineWithItsLength() {
    #expect(
      lines(Self.outage) == [
        "2026-03-01",
        "  04:12:00Z  tunnel down until 04:15:02Z, 3 min 2 s, keepalive_timeout, connect_refused, 4 attempts",
        "",
        "1 incident, since today; from the journal",
      ])
  }

  @Test func unendedOutageIsOngoing() {
    let text = lines(Array(Self.outage.prefix(4)))
    #expect(
      text[1]
        == "  04:12:00Z  tunnel down, ongoing, 18 min so far, keepalive_timeout, connect_refused, 1 attempt"
    )
    #expect(text.last == "1 incident, 1 ongoing, since today; from the journal")
    // The tunnel is up, but the problem is still reported as open for a moment.
    #expect(lines(Array(Self.outage.prefix(5)))[1].contains("until 04:15:02Z"))
  }

  /// Events after the end of the history are unknown, so an outage is only counted up to there.
  @Test func historyInThePastCountsToItsEnd() {
    let text = lines(Array(Self.outage.prefix(4)), until: at("2026-03-01T04:14:00Z"))
    #expect(
      text[1]
        == "  04:12:00Z  tunnel down, ongoing at 04:14:00Z, 2 min so far, keepalive_timeout, connect_refused, 1 attempt"
    )
    #expect(text.last == "1 incident, 1 ongoing at 04:14:00Z, since today; from the journal")
    let problem = [Self.change("04:12:00", "problem_opened", "node x", incident: "n", message: "x is down")]
    #expect(
      lines(problem, until: at("2026-03-02T00:00:00Z"))[1]
        == "  04:12:00Z  x is down, ongoing at 2026-03-02 00:00:00Z, 19 h 48 min so far")
    #expect(lines(Self.outage, until: at("2026-03-01T04:20:00Z")) == lines(Self.outage))
  }

  /// `--since` and `--limit` may cut an outage. The first visible attempt is then not its start.
  @Test func outageBeforeTheHistoryHasNoKnownStart() {
    let retry = Self.change(
      "04:12:10", "tunnel_retry", reason: "connect_refused", incident: "a", attempts: 4)
    #expect(
      lines([retry] + Self.outage.suffix(2))[1]
        == "  04:12:10Z  tunnel down until 04:15:02Z, since before this history, connect_refused, 4 attempts")
    #expect(
      lines([retry])[1]
        == "  04:12:10Z  tunnel down, ongoing, since before this history, connect_refused, 4 attempts")
    // A guard that starts has no tunnel yet, so its first attempt is the start of the outage.
    #expect(lines(Array(Self.outage.suffix(3)))[1].contains(" tunnel down until 04:15:02Z, 3 min, "))
  }

  @Test func endTimeIsSeparateFromTheMessage() {
    let events = [
      Self.change(
        "04:12:00", "problem_opened", "node x", incident: "n", message: "x is down: it stopped posting."),
      Self.change("04:13:00", "problem_closed", "node x", incident: "n", message: "over"),
    ]
    #expect(lines(events)[1] == "  04:12:00Z  x is down: it stopped posting, until 04:13:00Z, 1 min")
  }

  @Test func endWithoutAStartHasNoLength() {
    let text = lines([
      Self.change("04:15:02", "problem_closed", "node x", incident: "b", message: "ended: x is down")
    ])
    #expect(text[1] == "  04:15:02Z  ended: x is down until then, since before this history")
  }

  @Test func restartOfTheGuardEndsOpenIncidents() {
    let text = lines(
      Array(Self.outage.prefix(2)) + [
        Self.change("04:14:00", "started", "guard", message: "oceanid-guard watches tethys"),
        Self.change("04:14:01", "tunnel_up"),
      ])
    #expect(
      text[1]
        == "  04:12:00Z  tunnel down until 04:14:00Z, 2 min, keepalive_timeout, the guard restarted")
    #expect(text[2] == "  04:14:00Z  oceanid-guard watches tethys")
  }

  @Test func incidentEndsWithItsLastProblem() {
    let episodes = Episode.fold([
      Self.change("04:00:00", "problem_opened", "node a", incident: "c"),
      Self.change("04:00:01", "problem_opened", "node b", incident: "c"),
      Self.change("04:01:00", "problem_closed", "node a", incident: "c"),
    ])
    #expect(episodes.map(\.lasts) == [true])
  }

  @Test func historyWithoutIncidents() {
    #expect(lines([]) == ["no incident, since today; from the journal"])
    var rotated = HistoryDocument(source: .journal, truncated: false, events: [])
    rotated.knownSince = at("2026-03-01T04:00:00Z")
    let page = HistoryPage.page(rotated, Terminal(hasColor: false, now: Self.now), range: "last 7d")
    #expect(
      page.text(for: Terminal(hasColor: false, now: Self.now)).hasPrefix(
        "no incident, last 7d; from the journal, which begins at 2026-03-01 "))
    #expect(lines([], truncated: true).last?.hasSuffix("there are more entries: see --limit") == true)
  }

  private static func unknown(
    _ events: [ChangeDocument], before: String? = "started", signs: [String] = [], endsAt end: String? = nil,
    to: String = "04:30:00", knownSince: String? = nil
  ) -> [String] {
    var history = HistoryDocument(source: .journal, truncated: false, events: events)
    history.knownSince = knownSince.map { at("2026-03-01T\($0)Z") }
    return history.unknownTimes(
      from: at("2026-03-01T00:00:00Z"), to: at("2026-03-01T\(to)Z"),
      before: before.map { change("00:00:00", $0, "guard") }, signs: signs.map { at("2026-03-01T\($0)Z") },
      endsAt: end.map { at("2026-03-01T\($0)Z") }
    ).map { "\($0.from.time) \($0.to.time)" }
  }

  /// "no incident" is known only of the times in which the guard was running.
  @Test func timesWithoutTheGuardAreUnknown() {
    let stop = Self.change("01:00:00", "stopped", "guard")
    let start = Self.change("03:00:00", "started", "guard")
    let sign = Self.change("02:00:00", "tunnel_up")
    #expect(Self.unknown([]) == [])
    #expect(Self.unknown([stop, start]) == ["01:00:00Z 03:00:00Z"])
    #expect(Self.unknown([stop]) == ["01:00:00Z 04:30:00Z"])
    #expect(Self.unknown([stop, start], to: "02:00:00") == ["01:00:00Z 02:00:00Z"])
    #expect(Self.unknown([stop, Self.change("01:00:05", "started", "guard")]) == [])
    #expect(Self.unknown([start], before: "stopped") == ["00:00:00Z 03:00:00Z"])
    #expect(Self.unknown([start], before: nil, knownSince: "03:00:00") == [])
    #expect(Self.unknown([stop, start], before: nil, knownSince: "01:00:00") == ["01:00:00Z 03:00:00Z"])
    // It was killed: its last entry or measurement is its last sign.
    #expect(Self.unknown([sign, start]) == ["02:00:00Z 03:00:00Z"])
    #expect(Self.unknown([sign, start], signs: ["02:30:00"]) == ["02:30:00Z 03:00:00Z"])
    #expect(Self.unknown([sign], endsAt: "04:30:00") == ["02:00:00Z 04:30:00Z"])
    #expect(Self.unknown([sign, start], to: "02:45:00") == ["02:00:00Z 02:45:00Z"])
  }

  @Test func unknownTimesAreListed() throws {
    let terminal = Terminal(width: nil, hasColor: false, now: Self.now)
    let history = HistoryDocument(
      source: .journal, truncated: false,
      events: [Self.change("01:00:00", "stopped", "guard", message: "bye")])
    let unknown = history.unknownTimes(
      from: at("2026-03-01T00:00:00Z"), to: Self.now, before: Self.change("00:00:00", "started"), endsAt: nil)
    #expect(
      HistoryPage.page(history, terminal, range: "since today", unknown: unknown).lines.map(\.text) == [
        "2026-03-01", "  01:00:00Z  bye",
        "  01:00:00Z  nothing is known until 04:30:00Z, 3 h 30 min: the guard was not running", "",
        "no incident known, since today; from the journal; the guard was not running for 3 h 30 min, of which nothing is known",
      ])
  }

  @Test(arguments: [60, 80, 200])
  func pageFitsTheWidth(_ width: Int) {
    #expect(lines(Self.outage, width: width).allSatisfy { $0.displayWidth <= width })
  }

  @Test func folderWithoutAJournalIsReported() {
    let error = UnreadableFolder(folder: "/nope", error: .call("sd_journal_open", ENOENT))
    #expect(error.exitStatus == 64)
    #expect(
      "\(error)".hasPrefix("no readable journal in /nope: No such file or directory; set --directory")
    )
  }

  @Test func parsesTimes() {
    func moment(_ text: String) -> String? {
      TimeArgument(argument: text)?.timestamp(now: Self.now).description
    }
    #expect(moment("now") == "2026-03-01T04:30:00Z")
    #expect(moment("90m") == "2026-03-01T03:00:00Z")
    #expect(moment("7d") == "2026-02-22T04:30:00Z")
    #expect(moment("-2h") == "2026-03-01T02:30:00Z")
    #expect(moment("2026-03-01T04:12:07+01:00") == "2026-03-01T03:12:07Z")
    let day = TimeArgument(argument: "2026-03-01")?.timestamp(now: Self.now)
    #expect(TimeArgument(argument: "2026-03-01 00:00")?.timestamp(now: Self.now) == day)
    #expect(
      day.flatMap { TimeArgument(argument: "2026-03-01 04:12:07")?.timestamp(now: Self.now) - $0 }
        == .seconds(15_127))
    let midnight = TimeArgument(argument: "today")?.timestamp(now: Self.now)
    #expect(midnight.map { (Duration.zero..<Duration.seconds(25 * 3600)).contains(Self.now - $0) } == true)
    for text in ["", "soon", "2026", "2026-13-01", "d", "--1d", "-", "-today", "2026-03-01 4:12", "1w"] {
      #expect(TimeArgument(argument: text) == nil, "\(text)")
    }
  }

  @Test(.enabled(if: JournalFile.isAvailable, Comment(rawValue: JournalFile.reason)), .blocking)
  func journalEntriesBecomeChanges() throws {
    let folder = try TestSupport.TemporaryFolder()
    let start = at("2026-03-01T04:12:00Z")
    let fields = [
      "SYSLOG_IDENTIFIER": "oceanid-guard", "MESSAGE": "tethys: tunnel up", "OCEANID_EVENT": "tunnel_up",
      "OCEANID_CLUSTER": "tethys", "OCEANID_SUBJECT": "tunnel", "OCEANID_INCIDENT": "a",
      "OCEANID_ATTEMPTS": "4",
    ]
    let plain = ["SYSLOG_IDENTIFIER": "oceanid-guard", "MESSAGE": "a line of log"]
    try JournalFile.write(
      [(start.microseconds, plain), (start.microseconds + 1000, fields), (start.microseconds + 2000, plain)],
      to: folder.file("journal"))
    let client = DaemonClient(
      socket: SocketPath(option: "/nonexistent", environment: { _ in nil }, exists: { _ in false }))
    let reading = HistoryReading(client: client, folder: folder.file("journal"))
    let history = try reading.read(HistoryQuery(limit: 1))
    #expect(!history.truncated && history.source == .journal)
    #expect(
      history.events == [
        ChangeDocument(
          at: start + .milliseconds(1), event: "tunnel_up", cluster: "tethys", subject: "tunnel",
          message: "tethys: tunnel up", incident: "a", attempts: 4)
      ])
    #expect(try reading.read(HistoryQuery(cluster: "other")).events.isEmpty)
    #expect(throws: ClientError.self) { try HistoryReading(client: client).read(HistoryQuery()) }
    // The journal begins with its first entry.
    let begin = start + .milliseconds(1)
    func known(_ query: HistoryQuery) throws -> Timestamp? {
      try reading.known(reading.read(query), query).knownSince
    }
    #expect(try known(HistoryQuery()) == begin && known(HistoryQuery(since: start)) == begin)
    #expect(try known(HistoryQuery(since: begin)) == nil)
    #expect(throws: NothingRecorded.self) { try known(HistoryQuery(until: begin)) }
  }

  /// "no incident" would be a verdict from nothing.
  @Test(.blocking, arguments: ["empty", "damaged", "/"])
  func nothingIsKnownFromAFolderWithoutEntries(_ name: String) throws {
    let folder = try TestSupport.TemporaryFolder()
    let path = name.hasPrefix("/") ? name : folder.file(name)
    if name != path { try #require(mkdir(path, 0o700) == 0) }
    if name == "damaged" {
      var generator = SeededGenerator(seed: 7)
      let bytes = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &generator) }
      try Data(bytes).write(to: URL(filePath: "\(path)/system.journal"))
    }
    let client = DaemonClient(
      socket: SocketPath(option: "/nonexistent", environment: { _ in nil }, exists: { _ in false }))
    let reading = HistoryReading(client: client, folder: path)
    let query = HistoryQuery()
    let error = #expect(throws: NothingRecorded.self) { try reading.known(reading.read(query), query) }
    #expect(error?.exitStatus == 69)
    #expect(
      error?.description.hasPrefix("the journal files in \(path) have no readable entry of oceanid-guard")
        == true)
  }
}

extension Timestamp? {
  fileprivate static func - (later: Timestamp?, earlier: Timestamp) -> Duration? {
    later.map { $0 - earlier }
  }
}
