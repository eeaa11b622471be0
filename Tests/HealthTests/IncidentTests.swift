import FoundationEssentials
import Health
import Testing

/// A cluster that is looked at in virtual time, and a book that is told.
private struct Watched {
  static let start = Timestamp(seconds: 1_800_000_000)
  var book = IncidentBook()
  var now = Watched.start
  var notices: [IncidentNotice] = []
  /// What is wrong at the moment.
  var problems: [Problem] = []
  var unseen: Set<Problem.Kind> = []
  /// Seconds between polls, and since the last one.
  var interval = 15
  private var sincePoll = 0
  private var poll: Timestamp?
  private var serial = 0

  init() {}

  static func problem(
    _ subject: String, _ kind: Problem.Kind = .node, _ severity: Problem.Severity = .critical
  ) -> Problem {
    Problem(
      id: "tethys/\(kind.rawValue)/\(subject)/broken", severity: severity, cluster: "tethys",
      subject: subject,
      title: "\(subject) is broken", detail: "", since: start, remedy: "look")
  }

  /// Second by second: polls when they are due, and time passing every five.
  mutating func pass(_ seconds: Int, _ body: (inout Watched, Int) -> Void = { _, _ in }) {
    for second in 0..<seconds {
      body(&self, second)
      if sincePoll % interval == 0 {
        poll = now
        look()
      }
      sincePoll += 1
      now = now + .seconds(1)
      if second % 5 == 4 { notices += book.advance(to: now) }
    }
  }

  /// The judgement of this moment; between polls only the tunnel tells news.
  mutating func look() {
    serial += 1
    book.observe(
      Sighting(
        cluster: "tethys", problems: problems, unseen: unseen, poll: poll,
        ids: Dictionary(uniqueKeysWithValues: Set(problems.map(\.subject)).map { ($0, "\($0)-\(serial)") })),
      at: now)
  }

  var told: [String] {
    notices.flatMap { notice in notice.entries.map { "\($0.change.rawValue) \($0.incident.subject)" } }
  }
}

@Suite struct IncidentTests {
  @Test func whatLastsIsToldOnceAndSoIsItsEnd() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(120)
    #expect(world.told == ["opened node calypso"])
    #expect(world.book.open.map(\.state) == [.firing])
    world.problems = []
    world.pass(120)
    #expect(world.told == ["opened node calypso", "ended node calypso"])
    #expect(world.book.open.isEmpty)
    #expect(world.book.past.map(\.subject) == ["node calypso"])
    #expect(world.book.past.first?.endedAt != nil)
  }

  @Test func whatIsSeenOnceIsNotTold() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(15)
    world.problems = []
    world.pass(300)
    #expect(world.told.isEmpty)
    #expect(world.book.past.isEmpty)
  }

  @Test func aTunnelCutOfFiveSecondsIsNotTold() {
    var world = Watched()
    world.pass(60)
    world.problems = [Watched.problem("tunnel tethys", .tunnel)]
    world.unseen = Set(Problem.Kind.allCases)
    world.look()
    world.pass(5)
    world.problems = []
    world.unseen = []
    world.look()
    world.pass(600)
    #expect(world.told.isEmpty)
  }

  @Test func aTunnelDownForANightIsOneIncidentWithItsRemindersAndItsEnd() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(120)
    #expect(world.told == ["opened node calypso"])
    world.problems = [Watched.problem("tunnel tethys", .tunnel)]
    world.unseen = Set(Problem.Kind.allCases)
    world.look()
    world.pass(9 * 3600)
    // Of the node nothing is known: no end, and after all that time a reminder that it was never seen well.
    #expect(
      world.told.filter { $0.hasSuffix("tunnel tethys") } == [
        "opened tunnel tethys", "reminder tunnel tethys", "reminder tunnel tethys", "reminder tunnel tethys",
      ])
    #expect(!world.told.contains("ended node calypso"))
    world.problems = []
    world.unseen = []
    world.pass(120)
    #expect(Set(world.told.suffix(2)) == ["ended tunnel tethys", "ended node calypso"])
  }

  @Test func whatTheTunnelHidesIsNotToldWhileItIsDown() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(16)
    world.problems = [Watched.problem("tunnel tethys", .tunnel)]
    world.unseen = Set(Problem.Kind.allCases)
    world.look()
    world.pass(300)
    #expect(world.told == ["opened tunnel tethys"])
  }

  @Test func aNodeThatFlipsEveryTwentySecondsForAnHourIsToldAtMostThreeTimes() {
    var world = Watched()
    world.pass(3600) { world, second in
      world.problems = (second / 20).isMultiple(of: 2) ? [Watched.problem("node calypso")] : []
    }
    world.problems = []
    world.pass(3600)
    #expect(world.told == ["opened node calypso", "flapping node calypso", "ended node calypso"])
  }

  @Test func theSlowFlapOfAnAfternoonIsToldAsFlapping() {
    var world = Watched()
    world.pass(4 * 3600) { world, second in
      world.problems = second % 480 < 120 ? [Watched.problem("node calypso")] : []
    }
    #expect(world.told.contains("flapping node calypso"))
    #expect(world.told.count < 12)
  }

  @Test func whatComesTogetherIsOneNotice() {
    var world = Watched()
    world.problems = (1...20).map { Watched.problem("node n\($0)") }
    world.pass(20)
    world.problems.append(Watched.problem("workload a/b", .workload, .warning))
    world.pass(120)
    #expect(world.notices.count <= 2)
    #expect(world.notices.first?.entries.count == 20)
  }

  @Test func aWarningThatBecomesCriticalIsToldAgainAndTheWayBackIsNot() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    world.pass(60)
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    world.pass(60)
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    #expect(world.told == ["opened node calypso", "worsened node calypso"])
  }

  @Test func aNoticeSaysHowGraveItWasToldToBe() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    world.pass(16)
    #expect(world.book.open.map(\.toldSeverity) == [nil])
    world.pass(44)
    let silence = Silence(
      id: "s1", cluster: nil, pattern: nil, reason: "r", author: "uid 0", createdAt: world.now,
      expiresAt: world.now + .seconds(86400))
    world.book.add(silence)
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    world.problems = []
    world.pass(60)
    // Critical at last, under a silence: nobody was told that.
    #expect(world.notices.flatMap(\.entries).map(\.incident.severity) == [.warning, .critical])
    #expect(world.notices.flatMap(\.entries).map(\.incident.toldSeverity) == [.warning, .warning])
    #expect(world.book.past.map(\.toldSeverity) == [.warning])

    let isRemoved = world.book.removeSilence(id: "s1")
    #expect(isRemoved)
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    world.pass(60)
    world.problems = []
    world.pass(60)
    #expect(world.notices.suffix(2).flatMap(\.entries).map(\.incident.severity) == [.critical, .warning])
    #expect(
      world.notices.suffix(2).flatMap(\.entries).map(\.incident.toldSeverity) == [.critical, .critical])
  }

  @Test func anOlderGuardsFileStillSaysHowGraveItWasTold() throws {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    let kept = String(decoding: try JSONEncoder().encode(world.book), as: UTF8.self)
    let older = kept.replacing(#","toldSeverity":"critical""#, with: "")
      .replacing(#""toldSeverity":"critical","#, with: "")
    #expect(older != kept)
    world.book = try JSONDecoder().decode(IncidentBook.self, from: Data(older.utf8))
    #expect(world.book.open.map(\.toldSeverity) == [.critical])
  }

  @Test func afterASleepEverythingHasTimeToComeBack() {
    var world = Watched()
    world.pass(60)
    world.now = world.now + .seconds(8 * 3600)
    world.book.resume(at: world.now)
    world.problems = [Watched.problem("tunnel tethys", .tunnel)]
    world.pass(80)
    world.problems = []
    world.pass(300)
    #expect(world.told.isEmpty)
    world.problems = [Watched.problem("tunnel tethys", .tunnel)]
    world.pass(60)
    #expect(world.told == ["opened tunnel tethys"])
  }

  @Test func aSilenceHoldsBackTheNoticeUntilItExpires() {
    var world = Watched()
    world.book.add(
      Silence(
        id: "s1", cluster: nil, pattern: "node *", reason: "reboot", author: "uid 0", createdAt: world.now,
        expiresAt: world.now + .seconds(600)))
    world.problems = [Watched.problem("node calypso"), Watched.problem("workload a/b", .workload)]
    world.pass(300)
    #expect(world.told == ["opened workload a/b"])
    world.pass(400)
    #expect(world.told == ["opened workload a/b", "opened node calypso"])
  }

  @Test func theEndOfWhatWasToldIsToldThroughASilence() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    world.book.add(
      Silence(
        id: "s1", cluster: "tethys", pattern: nil, reason: "known", author: "uid 0", createdAt: world.now,
        expiresAt: world.now + .seconds(86400)))
    world.problems = []
    world.pass(120)
    #expect(world.told == ["opened node calypso", "ended node calypso"])
  }

  @Test func aWarningIsRemindedOfOnceADay() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    world.pass(50 * 3600)
    #expect(world.told == ["opened node calypso", "reminder node calypso", "reminder node calypso"])
  }

  @Test func aClusterThatIsNotGuardedAnyMoreEndsItsIncidents() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    world.book.keep(["other"], at: world.now)
    world.notices += world.book.advance(to: world.now)
    world.notices += world.book.advance(to: world.now + .seconds(10))
    #expect(world.told == ["opened node calypso", "ended node calypso"])
  }

  @Test func aClockThatIsSetBackDelaysNothing() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(5)
    world.now = world.now - .seconds(86400)
    world.pass(60)
    #expect(world.told == ["opened node calypso"])
  }

  @Test func aPartThatCantBeReadEndsNothing() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso"), Watched.problem("workload a/b", .workload)]
    world.pass(60)
    world.problems = [Watched.problem("nodes", .api, .warning)]
    world.unseen = [.node]
    world.pass(120)
    #expect(world.told.contains("ended workload a/b"))
    #expect(!world.told.contains("ended node calypso"))
  }

  @Test func moreSubjectsThanThereIsRoomForAreCounted() {
    var world = Watched()
    world.problems = (0..<IncidentBook.largest + 5).map { Watched.problem("node n\($0)") }
    world.look()
    #expect(world.book.open.count == IncidentBook.largest)
    #expect(world.book.ignored == 5)
  }

  @Test(arguments: [
    ("node *", "node calypso", true), ("node calypso", "node calypso", true),
    ("node cal", "node calypso", false),
    ("*calypso", "node calypso", true), ("*a*y*o", "node calypso", true), ("*a*z*", "node calypso", false),
    ("**", "", true), ("", "", true), ("", "x", false), ("tethys/node/*", "node calypso", false),
  ])
  func aSilenceMatchesByPattern(_ pattern: String, _ subject: String, _ matches: Bool) {
    let silence = Silence(
      id: "s", cluster: nil, pattern: pattern, reason: "r", author: "a", createdAt: Watched.start,
      expiresAt: Watched.start)
    var world = Watched()
    world.problems = [Watched.problem(subject, .api)]
    world.look()
    #expect(world.book.open.map(silence.holdsBack) == [matches])
  }
}
