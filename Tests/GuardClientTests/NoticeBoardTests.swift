import Foundation
import GuardAPI
import Health
import IncidentTracking
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardNotices
@testable import GuardTerminal

@Suite struct NoticeBoardTests {
  @Test func incidentIsOneNotificationUntilItsEnd() {
    var screen = Screen()
    screen.change(.opened, "node a")
    #expect(screen.perform() == ["show 1 warning tethys: node a"])
    #expect(screen.bubbles[1]?.body == "why\nNext: mend it")
    screen.change(.worsened, "node a", .critical)
    #expect(screen.perform() == ["replace 1 critical tethys: critical now: node a"])
    screen.change(.reminder, "node a", .critical)
    #expect(screen.perform() == ["replace 1 critical tethys: ongoing: node a"])
    screen.change(.flapping, "node a", .critical)
    #expect(screen.perform() == ["replace 1 critical tethys: flapping: node a"])
    screen.change(.ended, "node a", .critical)
    #expect(screen.perform() == ["close 1", "show 2 low tethys: ended: node a"])
    #expect(screen.bubbles[2]?.category == .over)
  }

  @Test func dismissedNotificationReturnsOnlyWithAChange() throws {
    var screen = Screen()
    screen.change(.opened, "node a")
    screen.perform()
    screen.dismiss(1)
    screen.stands([try incident("node a")])
    #expect(screen.perform() == [])
    screen.change(.reminder, "node a")
    #expect(screen.perform() == ["show 2 warning tethys: ongoing: node a"])
  }

  @Test(arguments: [(Duration.seconds(60), true), (.seconds(3 * 3600), false)])
  func oldEndIsNotShown(gone: Duration, isShown: Bool) {
    var screen = Screen()
    screen.change(.opened, "node a")
    screen.perform()
    screen.dismiss(1)
    screen.now += gone
    screen.change(.ended, "node a")
    #expect(screen.perform() == (isShown ? ["show 2 low tethys: ended: node a"] : []))
  }

  @Test func incidentThatEndsBeforeItIsShownIsSkipped() {
    var screen = Screen()
    screen.change(.opened, "node a")
    screen.change(.ended, "node a")
    screen.change(.ended, "node b")
    #expect(screen.perform() == [])
  }

  @Test func manyIncidentsAtOnceAreOneNotification() {
    var screen = Screen()
    for index in 1...7 { screen.change(.opened, "node \(index)", index == 7 ? .critical : .warning) }
    #expect(screen.perform() == ["show 1 critical tethys: 7 incidents, 1 critical"])
    #expect(
      screen.bubbles[1]?.body
        == "node 7\nnode 1\nnode 2\nnode 3\nnode 4\nand 2 more: oceanid-ctl incidents")
    for index in 2...7 { screen.change(.ended, "node \(index)") }
    #expect(screen.perform() == ["replace 1 warning tethys: node 1"])
    screen.change(.ended, "node 1")
    #expect(screen.perform() == ["close 1", "show 2 low 7 incidents have ended"])
  }

  @Test func numberOfNotificationsIsLimited() {
    var screen = Screen()
    for index in 1...40 {
      screen.change(.opened, "node \(index)")
      screen.perform()
    }
    #expect(screen.bubbles.count == 6)
    #expect(screen.log.last == "replace 6 warning tethys: 35 incidents")
  }

  @Test func floodAtTheStartIsLimited() throws {
    let one = try incident("node")
    let many = (1...10_000).map { number in
      var incident = one
      (incident.id, incident.subject) = ("\(number)", "node \(number)")
      return incident
    }
    var screen = Screen()
    for _ in 1...2 { screen.stands(many) }
    #expect(screen.perform() == ["show 1 warning tethys: 10000 incidents"])
    screen.stands(
      many.map { incident in
        var incident = incident
        incident.id += "b"
        return incident
      })
    #expect(screen.perform() == [])
    screen.stands([])
    #expect(screen.perform() == ["close 1"])
  }

  @Test func floodIsLimited() {
    var screen = Screen()
    for index in 1...10_000 { screen.change(.opened, "node \(index)") }
    #expect(screen.perform() == ["show 1 warning tethys: 10000 incidents"])
    for index in 1...10_000 { screen.change(.ended, "node \(index)") }
    #expect(screen.perform() == ["close 1", "show 2 low 100 incidents have ended"])
    #expect((screen.bubbles[2]?.body.count ?? 0) < 500)
  }

  @Test func notifiedIncidentsAreShownAtTheStart() throws {
    var screen = Screen()
    screen.stands([
      try incident("node a", .critical), try incident("node b", state: .recovering),
      try incident("node c", state: .pending, notices: 0), try incident("node d", silence: "5"),
    ])
    #expect(screen.perform() == ["show 1 warning tethys: node b", "show 2 critical tethys: node a"])
    // The incident is reported twice: by the document and by a line that was already sent.
    screen.change(.opened, "node a", .critical)
    #expect(screen.perform() == [])
  }

  @Test func changesDuringADisconnectionAreShownAfterwards() throws {
    var screen = Screen()
    for name in ["a", "b", "c"] { screen.change(.opened, "node \(name)", id: "\(name)1") }
    screen.perform()
    screen.stands(
      [
        // The guard lost its ids and has not confirmed the problem yet.
        try incident("node b", id: "b2", state: .pending, notices: 0),
        try incident("node d", id: "d1"),
      ], past: [try incident("node a", id: "a1", state: .ended)])
    #expect(
      screen.perform() == [
        "close 1", "close 3", "show 4 warning tethys: node d", "show 5 low tethys: ended: node a",
      ])
    screen.change(.ended, "node b", id: "b2")
    #expect(screen.perform() == ["close 2", "show 6 low tethys: ended: node b"])
  }

  @Test func newIncidentOfTheSameSubjectIsNew() throws {
    var screen = Screen()
    screen.change(.opened, "node a", id: "1")
    screen.perform()
    screen.stands([try incident("node a", id: "2")], past: [try incident("node a", id: "1", state: .ended)])
    #expect(
      screen.perform() == [
        "close 1", "show 2 warning tethys: node a", "show 3 low tethys: ended: node a",
      ])
  }

  @Test func silenceClosesTheNotification() throws {
    var screen = Screen()
    screen.change(.opened, "node a")
    screen.perform()
    screen.stands([try incident("node a", silence: "5")])
    #expect(screen.perform() == ["close 1"])
    screen.stands([try incident("node a")])
    #expect(screen.perform() == ["show 2 warning tethys: node a"])
  }

  @Test(arguments: [(Duration.seconds(60), true), (.seconds(3 * 3600), false)])
  func endOfAMutedIncidentIsShown(gone: Duration, isShown: Bool) throws {
    for isMissed in [false, true] {
      var screen = Screen()
      screen.change(.opened, "node a")
      screen.perform()
      screen.stands([try incident("node a", silence: "5"), try incident("node b", silence: "5")])
      #expect(screen.perform() == ["close 1"])
      screen.now += gone
      if isMissed {
        screen.stands(
          [], past: [try incident("node a", state: .ended), try incident("node b", state: .ended)])
      } else {
        for node in ["node a", "node b"] { screen.change(.ended, node) }
      }
      #expect(screen.perform() == (isShown ? ["show 2 low tethys: ended: node a"] : []))
    }
  }

  @Test func incidentThatReturnsAfterASilenceEndsOnce() throws {
    var screen = Screen()
    screen.change(.opened, "node a")
    screen.perform()
    screen.stands([try incident("node a", silence: "5")])
    screen.stands([try incident("node a")])
    screen.perform()
    screen.change(.ended, "node a")
    #expect(screen.perform() == ["close 2", "show 3 low tethys: ended: node a"])
    screen.change(.ended, "node a")
    #expect(screen.perform() == [])
  }

  @Test func newServerGetsTheOpenNotifications() {
    var screen = Screen()
    for name in ["a", "b"] { screen.change(.opened, "node \(name)") }
    screen.perform()
    screen.dismiss(1)
    screen.bubbles = [:]
    screen.board.clear()
    #expect(screen.perform() == ["show 3 warning tethys: node b"])
  }

  @Test func failedNotificationIsRetried() {
    var screen = Screen()
    screen.change(.opened, "node a")
    let first = screen.board.next()
    let second = screen.board.next()
    #expect(first != nil)
    #expect(first == second)
    #expect(screen.board.hasWork)
    // It was never shown, so its end is not shown either.
    screen.change(.ended, "node a")
    #expect(screen.perform() == [])
  }

  @Test func nextAgentContinuesFromTheSavedState() throws {
    var before = Screen()
    before.change(.opened, "node a")
    before.change(.opened, "node b", .critical)
    before.perform()
    before.dismiss(1)
    let kept = try JSONDecoder().decode(
      NoticeBoard.State.self, from: try JSONEncoder().encode(before.board.state))

    var after = Screen()
    after.board.restore(kept)
    after.stands([try incident("node a"), try incident("node b", .critical)])
    #expect(after.perform() == [])
    after.change(.ended, "node b", .critical)
    #expect(after.perform().first == "close 2")
    // A damaged file must not cause invalid calls.
    let emptied = String(decoding: try JSONEncoder().encode(before.board.state), as: UTF8.self)
      .replacing(#/"incidents":\["[^\]]*\]/#, with: "\"incidents\":[]")
    #expect(emptied.contains("\"incidents\":[]"))
    var confused = Screen()
    confused.board.restore(try JSONDecoder().decode(NoticeBoard.State.self, from: Data(emptied.utf8)))
    #expect(confused.perform() == [])
    confused.stands([try incident("node a")])
    #expect(confused.perform() == ["show 1 warning tethys: node a"])
    var strict = Screen(.init(cluster: "other"))
    strict.board.restore(kept)
    #expect(strict.perform() == ["close 2"])
  }

  @Test func filtersBySeverityAndCluster() {
    var screen = Screen(.init(cluster: "tethys", least: .critical))
    screen.change(.opened, "node a")
    screen.change(.opened, "node b", .critical, cluster: "other")
    #expect(screen.perform() == [])
    screen.change(.worsened, "node a", .critical)
    #expect(screen.perform() == ["show 1 critical tethys: critical now: node a"])
    screen.change(.ended, "node a", .warning)
    #expect(screen.perform() == ["close 1", "show 2 low tethys: ended: node a"])
  }

  @Test func unreachableGuardIsOneNotification() {
    let socket = SocketPath(option: "/x", environment: { _ in nil }, exists: { _ in false })
    var screen = Screen()
    for _ in 1...3 { screen.board.guardIsAway(.unreadable(socket, .truncated)) }
    #expect(screen.perform() == ["show 1 warning oceanid-guard is not responding"])
    screen.dismiss(1)
    screen.board.guardIsAway(.unreadable(socket, .truncated))
    #expect(screen.perform() == [])
    screen.board.guardIsBack()
    screen.board.guardIsAway(.unreadable(socket, .truncated))
    screen.board.guardIsBack()
    #expect(screen.perform() == [])
    screen.board.guardIsAway(.unreadable(socket, .truncated))
    screen.perform()
    screen.board.guardIsBack()
    #expect(screen.perform() == ["close 2"])
  }

  @Test func textFromTheClusterIsEscaped() throws {
    var screen = Screen()
    let long = String(repeating: "x", count: 5000)
    screen.change(.opened, "node \u{1B}[31m\u{202E}\n\(long)")
    screen.perform()
    let notice = try #require(screen.bubbles[1])
    #expect(notice.summary.hasPrefix(#"tethys: node \u{1b}[31m\u{202e} xxx"#))
    #expect(notice.summary.count == 160)

    // Each incident takes one line, regardless of its text.
    for index in 1...4 { screen.change(.opened, "pod \(index)\r\n\u{7}x", id: "\(index)") }
    screen.perform()
    #expect(screen.bubbles[2]?.body.split(separator: "\n").count == 4)
    #expect(screen.bubbles[2]?.body.hasPrefix("pod 1 \\u{7}x\n") == true)
    for index in 1...4 { screen.change(.ended, "pod \(index)\n\u{7}x", id: "\(index)") }
    screen.perform()
    #expect(screen.bubbles[3]?.body.split(separator: "\n").count == 4)
  }

  /// Random events in random order: exactly the open incidents that were not dismissed are on the screen.
  @Test(arguments: 0..<40)
  func randomEventsEndInACorrectScreen(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var screen = Screen()
    var open: Set<String> = []
    var isPerforming = true
    for _ in 0..<400 {
      let subject = "node \(Int.random(in: 1...12, using: &random))"
      screen.now += .seconds(Int.random(in: 0...900, using: &random))
      switch Int.random(in: 0...9, using: &random) {
      case 0...2 where !open.contains(subject):
        open.insert(subject)
        screen.change(.opened, subject)
      case 3 where open.contains(subject): screen.change(.worsened, subject, .critical)
      case 4 where open.contains(subject): screen.change(.reminder, subject)
      case 5, 6:
        if open.remove(subject) != nil { screen.change(.ended, subject) }
      case 7:
        screen.bubbles = [:]
        screen.board.clear()
      case 8: screen.stands(try open.sorted().map { try incident($0) })
      case 9: isPerforming.toggle()
      default: break
      }
      if isPerforming { screen.perform() }
    }
    screen.perform()
    let shown = screen.bubbles.values.filter { $0.category == .incident }
    #expect(shown.count <= 6)
    let count = shown.reduce(0) { sum, notice in
      sum + (notice.summary.firstMatch(of: /([0-9]+) incidents/).flatMap { Int($0.output.1) } ?? 1)
    }
    #expect(count == open.count)
    for subject in open.sorted() {
      screen.change(.ended, subject)
    }
    screen.perform()
    #expect(!screen.bubbles.values.contains { $0.category == .incident })
  }
}
