import FoundationEssentials
import Health
import IncidentTracking
import Testing

@Suite struct IncidentTests {
  @Test func lastingProblemAndItsEndAreNotifiedOnce() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(120)
    #expect(world.notified == ["opened node calypso"])
    #expect(world.tracker.open.map(\.state) == [.firing])
    world.problems = []
    world.pass(120)
    #expect(world.notified == ["opened node calypso", "ended node calypso"])
    #expect(world.tracker.open.isEmpty)
    #expect(world.tracker.past.map(\.subject) == ["node calypso"])
    #expect(world.tracker.past.first?.endedAt != nil)
  }

  @Test func problemSeenOnceIsNotNotified() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(15)
    world.problems = []
    world.pass(300)
    #expect(world.notified.isEmpty)
    #expect(world.tracker.past.isEmpty)
  }

  @Test func fiveSecondOutageIsNotNotified() {
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
    #expect(world.notified.isEmpty)
  }

  @Test func outageOfANightIsOneIncidentWithReminders() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(120)
    #expect(world.notified == ["opened node calypso"])
    world.problems = [Watched.problem("tunnel tethys", .tunnel)]
    world.unseen = Set(Problem.Kind.allCases)
    world.look()
    world.pass(9 * 3600)
    // Of the node nothing is known: no end, and no reminder of what can't be seen.
    #expect(
      world.news() == [
        "opened node calypso", "opened tunnel tethys", "reminder tunnel tethys", "reminder tunnel tethys",
        "reminder tunnel tethys",
      ])
    world.problems = []
    world.unseen = []
    world.pass(120)
    #expect(Set(world.notified.suffix(2)) == ["ended tunnel tethys", "ended node calypso"])
  }

  @Test func missedRemindersAreOneReminder() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(120)
    world.unseen = Set(Problem.Kind.allCases)
    world.problems = [Watched.problem("tunnel tethys", .tunnel)]
    world.look()
    world.pass(9 * 3600)
    _ = world.news()
    world.unseen = []
    world.problems = [Watched.problem("node calypso")]
    world.look()
    world.pass(3600)
    #expect(world.news().sorted() == ["ended tunnel tethys", "reminder node calypso"])
  }

  /// It fires, and before its notice the tunnel is down, or a silence expires while the tunnel is down.
  @Test func hiddenProblemIsNotNotified() {
    var world = Watched()
    world.silence("node *", for: .seconds(600))
    world.problems = [Watched.problem("node calypso")]
    world.pass(120)
    #expect(world.tracker.open.map(\.state) == [.firing])
    world.problems = [Watched.problem("tunnel tethys", .tunnel)]
    world.unseen = Set(Problem.Kind.allCases)
    world.look()
    world.pass(3600)
    #expect(world.news() == ["opened tunnel tethys", "reminder tunnel tethys"])
    world.problems = [Watched.problem("node calypso")]
    world.unseen = []
    world.look()
    world.pass(120)
    #expect(world.news().sorted() == ["ended tunnel tethys", "opened node calypso"])
  }

  @Test func problemsBehindADownTunnelAreNotNotified() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(16)
    world.problems = [Watched.problem("tunnel tethys", .tunnel)]
    world.unseen = Set(Problem.Kind.allCases)
    world.look()
    world.pass(300)
    #expect(world.notified == ["opened tunnel tethys"])
  }

  @Test func flappingNodeIsNotifiedAtMostThreeTimesPerHour() {
    var world = Watched()
    world.pass(3600) { world, second in
      world.problems = (second / 20).isMultiple(of: 2) ? [Watched.problem("node calypso")] : []
    }
    world.problems = []
    world.pass(3600)
    #expect(world.notified == ["opened node calypso", "flapping node calypso", "ended node calypso"])
  }

  @Test func slowFlappingIsNotifiedAsFlapping() {
    var world = Watched()
    world.pass(4 * 3600) { world, second in
      world.problems = second % 480 < 120 ? [Watched.problem("node calypso")] : []
    }
    #expect(world.notified.contains("flapping node calypso"))
    #expect(world.notified.count < 12)
  }

  @Test func changesAtOnceAreOneNotice() {
    var world = Watched()
    world.problems = (1...20).map { Watched.problem("node n\($0)") }
    world.pass(20)
    world.problems.append(Watched.problem("workload a/b", .workload, .warning))
    world.pass(120)
    #expect(world.notices.count <= 2)
    #expect(world.notices.first?.entries.count == 20)
  }

  @Test func worseningIsNotifiedAndImprovementIsNot() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    world.pass(60)
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    world.pass(60)
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    #expect(world.notified == ["opened node calypso", "worsened node calypso"])
  }

  @Test func noticeHasTheNotifiedSeverity() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    world.pass(16)
    #expect(world.tracker.open.map(\.notifiedSeverity) == [nil])
    world.pass(44)
    world.silence(nil, for: .seconds(86400))
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    world.problems = []
    world.pass(60)
    // It became critical during a silence, so that was not notified.
    #expect(world.notices.flatMap(\.entries).map(\.incident.severity) == [.warning, .critical])
    #expect(world.notices.flatMap(\.entries).map(\.incident.notifiedSeverity) == [.warning, .warning])
    #expect(world.tracker.past.map(\.notifiedSeverity) == [.warning])

    let isRemoved = world.tracker.removeSilence(id: "s1")
    #expect(isRemoved)
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    world.pass(60)
    world.problems = []
    world.pass(60)
    #expect(world.notices.suffix(2).flatMap(\.entries).map(\.incident.severity) == [.critical, .warning])
    #expect(
      world.notices.suffix(2).flatMap(\.entries).map(\.incident.notifiedSeverity) == [.critical, .critical])
  }

  @Test func fileHasTheNamesThatOlderGuardsRead() throws {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    let file = String(decoding: try JSONEncoder().encode(world.tracker), as: UTF8.self)
    for name in ["told", "toldAt", "toldSeverity", "isFlappingTold", "remindersTold"] {
      #expect(file.contains("\"\(name)\":"), "\(name)")
    }
  }

  @Test func notifiedSeverityOfAnOlderFileIsRead() throws {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    let kept = String(decoding: try JSONEncoder().encode(world.tracker), as: UTF8.self)
    let older = kept.replacing(#","toldSeverity":"critical""#, with: "")
      .replacing(#""toldSeverity":"critical","#, with: "")
    #expect(older != kept)
    world.tracker = try JSONDecoder().decode(IncidentTracker.self, from: Data(older.utf8))
    #expect(world.tracker.open.map(\.notifiedSeverity) == [.critical])
  }

  @Test func problemsAfterASleepHaveTimeToRecover() {
    var world = Watched()
    world.pass(60)
    world.now = world.now + .seconds(8 * 3600)
    world.tracker.resume(at: world.now)
    world.problems = [Watched.problem("tunnel tethys", .tunnel)]
    world.pass(80)
    world.problems = []
    world.pass(300)
    #expect(world.notified.isEmpty)
    world.problems = [Watched.problem("tunnel tethys", .tunnel)]
    world.pass(60)
    #expect(world.notified == ["opened tunnel tethys"])
  }

  @Test func silenceDelaysTheNoticeUntilItExpires() {
    var world = Watched()
    world.tracker.add(
      Silence(
        id: "s1", cluster: nil, pattern: "node *", reason: "reboot", author: "uid 0", createdAt: world.now,
        expiresAt: world.now + .seconds(600)))
    world.problems = [Watched.problem("node calypso"), Watched.problem("workload a/b", .workload)]
    world.pass(300)
    #expect(world.notified == ["opened workload a/b"])
    world.pass(400)
    #expect(world.notified == ["opened workload a/b", "opened node calypso"])
  }

  @Test func endOfANotifiedIncidentIsNotifiedDuringASilence() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    world.tracker.add(
      Silence(
        id: "s1", cluster: "tethys", pattern: nil, reason: "known", author: "uid 0", createdAt: world.now,
        expiresAt: world.now + .seconds(86400)))
    world.problems = []
    world.pass(120)
    #expect(world.notified == ["opened node calypso", "ended node calypso"])
  }

  @Test func warningsHaveDailyReminders() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    world.pass(50 * 3600)
    #expect(world.notified == ["opened node calypso", "reminder node calypso", "reminder node calypso"])
  }

  /// A reminder within ten minutes of each of these hours after it began, and no other.
  private static func expectReminders(
    _ world: inout Watched, at hours: [Double], until end: Int, since begin: Timestamp,
    _ location: SourceLocation = #_sourceLocation
  ) {
    world.notices = []
    world.interval = 300
    world.pass(end * 3600 - Int((world.now - begin).components.seconds))
    let reminders = world.notices.filter { $0.entries.first?.change == .reminder }
    #expect(reminders.count == world.notices.count, sourceLocation: location)
    let times = reminders.map { ($0.at - begin).inSeconds / 3600 }
    #expect(
      times.count == hours.count && zip(times, hours).allSatisfy { abs($0 - $1) < 0.2 }, "\(times)",
      sourceLocation: location)
  }

  @Test func improvedIncidentHasDailyReminders() throws {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(9 * 3600)
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    Self.expectReminders(&world, at: [24, 48, 72], until: 75, since: Watched.start)
    // And as a critical one again: not at once, by its own hours.
    world.problems = [Watched.problem("node calypso")]
    Self.expectReminders(&world, at: [80, 104], until: 105, since: Watched.start)
  }

  @Test func reminderScheduleStartsWhenCritical() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso", .node, .warning)]
    world.pass(25 * 3600)
    let begin = world.now
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    #expect(world.news().last == "worsened node calypso")
    Self.expectReminders(&world, at: [0.5, 2, 8, 32], until: 33, since: begin)
  }

  @Test func remindersOfAnOlderFileAreRead() throws {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(9 * 3600)
    var isOlder = false
    try world.restart { kept in
      let older = kept.replacing(#/,"toldAt":"[^"]*"/#, with: "").replacing(#/"toldAt":"[^"]*",/#, with: "")
        .replacing(#""remindersTold":0"#, with: #""remindersTold":3"#)
      isOlder = !older.contains("toldAt") && older.contains(#""remindersTold":3"#)
      return older
    }
    #expect(isOlder)
    Self.expectReminders(&world, at: [32], until: 33, since: Watched.start)
  }

  @Test func mutedIncidentOfARemovedClusterIsPast() {
    var world = Watched()
    world.silence(nil, for: .seconds(86400))
    world.problems = [Watched.problem("node calypso"), Watched.problem("node atlas")]
    world.pass(20)
    world.problems.removeLast()
    world.pass(60)
    #expect(world.tracker.past.map(\.subject) == ["node atlas"])
    for _ in 0..<2 { world.tracker.retain(clusters: ["other"], at: world.now) }
    world.pass(30)
    #expect(world.notified.isEmpty)
    #expect(world.tracker.past.map(\.subject) == ["node atlas", "node calypso"])
    #expect(world.tracker.past.last?.endedAt != nil)
  }

  @Test func incidentsOfARemovedClusterEnd() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso")]
    world.pass(60)
    world.tracker.retain(clusters: ["other"], at: world.now)
    world.notices += world.tracker.advance(to: world.now)
    world.notices += world.tracker.advance(to: world.now + .seconds(10))
    #expect(world.notified == ["opened node calypso", "ended node calypso"])
  }

  @Test func unreadPartEndsNoIncident() {
    var world = Watched()
    world.problems = [Watched.problem("node calypso"), Watched.problem("workload a/b", .workload)]
    world.pass(60)
    world.problems = [Watched.problem("nodes", .api, .warning)]
    world.unseen = [.node]
    world.pass(120)
    #expect(world.notified.contains("ended workload a/b"))
    #expect(!world.notified.contains("ended node calypso"))
  }

  @Test(arguments: [
    ("node *", "node calypso", true), ("node calypso", "node calypso", true),
    ("node cal", "node calypso", false),
    ("*calypso", "node calypso", true), ("*a*y*o", "node calypso", true), ("*a*z*", "node calypso", false),
    ("Node Calypso", "node calypso", true), ("*CALYPSO", "node calypso", true), ("node é", "node É", false),
    ("**", "", true), ("", "", true), ("", "x", false), ("tethys/node/*", "node calypso", false),
  ])
  func silenceMatchesByPattern(_ pattern: String, _ subject: String, _ matches: Bool) {
    let silence = Silence(
      id: "s", cluster: nil, pattern: pattern, reason: "r", author: "a", createdAt: Watched.start,
      expiresAt: Watched.start)
    var world = Watched()
    world.problems = [Watched.problem(subject, .api)]
    world.look()
    #expect(world.tracker.open.map(silence.holdsBack) == [matches])
  }

  @Test func anIncidentOfAnUnreadableObjectStaysOpen() {
    var watched = Watched()
    watched.problems = [Watched.problem("calypso")]
    watched.pass(120)
    #expect(watched.news() == ["opened calypso"])
    watched.problems = []
    watched.unseenSubjects = ["calypso"]
    watched.pass(600)
    #expect(watched.news().isEmpty)
    watched.unseenSubjects = []
    watched.pass(600)
    #expect(watched.news().count == 1)
  }
}
