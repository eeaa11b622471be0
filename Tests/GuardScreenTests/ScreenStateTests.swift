import GuardAPI
import GuardTerminal
import GuardTypes
import Health
import Testing

@testable import GuardScreen
@testable import IncidentTracking

@Suite struct ScreenStateTests {
  private static let letters = ["a", "b", "c"].map { Scene.problem($0) }

  @Test func everyProblemCanBeReached() {
    let problems = (0..<40).map { Scene.problem("n\($0)") }
    for key in [Key.down, .character("j")] {
      var state = Scene.state(problems)
      var seen = [state.selected]
      for _ in 1..<40 {
        state.hit(key)
        seen.append(state.selected)
        #expect(
          state.text.contains("> CRITICAL") && state.text.contains("\(state.selected ?? "") is not ready"))
      }
      #expect(seen == problems.map(\.subject))
      state.hit(key)
      #expect(state.selected == "node n39")
      state.hit(.home)
      #expect(state.selected == "node n0")
    }
  }

  @Test func movementKeysMove() {
    var state = Scene.state((0..<40).map { Scene.problem("n\($0)") })
    for (key, place) in [
      (Key.end, 39), (.character("g"), 0), (.character("G"), 39), (.up, 38), (.character("k"), 37),
      (.wheelUp, 34), (.wheelDown, 37), (.pageUp, 25), (.pageDown, 37), (.home, 0), (.pageUp, 0),
      (.wheelDown, 3),
    ] {
      state.hit(key)
      #expect(state.selected == "node n\(place)", "\(key)")
    }
  }

  @Test func clickSelectsTheProblemInItsRow() throws {
    var state = Scene.state(Self.letters)
    let frame = Scene.frame(state)
    state.settle(frame)
    let row = try #require(frame.lines.firstIndex { $0.text.contains("node c is not ready") })
    state.hit(.click(row: row, column: 5))
    #expect(state.selected == "node c")
    state.hit(.click(row: 0, column: 0))
    #expect(state.selected == "node c")
  }

  @Test func selectionFollowsTheIdAndNotTheRow() {
    var state = Scene.state(Self.letters)
    state.hit(.down)
    state.receive([Scene.problem("z"), Scene.problem("y")] + Self.letters)
    #expect(state.selected == "node b")
    // It is missing, for example while the guard restarts. Meanwhile its neighbor is selected.
    state.receive([Scene.problem("y"), Scene.problem("x")])
    #expect(state.selected == "node x")
    state.receive([Scene.problem("x"), Scene.problem("y")])
    #expect(state.selected == "node x")
    state.receive([])
    #expect(state.selected == nil && state.text.contains("No problems"))
    state.receive(Self.letters)
    #expect(state.selected == "node b")
  }

  @Test func worseProblemsStayInSightUntilTheUserChooses() {
    var state = Scene.state([Scene.problem("old", severity: .warning)])
    let worse = (0..<20).map { Scene.problem("n\($0)") }
    state.receive(worse + [Scene.problem("old", severity: .warning)])
    #expect(state.selected == "node n0" && state.text.contains("> CRITICAL    12m  node n0 is not ready"))
    // A moved selection does not scroll the first problem away as long as there is room for both.
    state.hit(.down, .down, .down)
    #expect(state.selected == "node n3" && state.text.contains("node n0 is not ready"))
    // An opened problem is a choice.
    var opened = Scene.state([Scene.problem("old")])
    opened.hit(.enter, .escape)
    opened.receive(worse + [Scene.problem("old")])
    #expect(opened.selected == "node old")
  }

  @Test func filterIsAppliedWhileTyping() {
    var state = Scene.state([
      Scene.problem("calypso"), Scene.problem("atlas"), Scene.problem("calliope", severity: .warning),
    ])
    state.hit(.character("/"))
    state.type("CAL")
    #expect(state.list.shown.map(\.subject) == ["node calypso", "node calliope"])
    state.type(" warn")
    #expect(state.list.shown.map(\.subject) == ["node calliope"])
    state.hit(.control("w"), .backspace, .enter)
    #expect(state.prompt == nil && state.list.filter == "CAL")
    #expect(state.text.contains("2 of 3 problems  filter: CAL"))
    // The filter stays over a restart of the guard.
    _ = state.apply(.lost("gone"), at: Scene.time(1))
    state.receive([Scene.problem("atlas"), Scene.problem("calypso")], at: 2)
    #expect(state.list.filter == "CAL" && state.list.shown.map(\.subject) == ["node calypso"])
    state.hit(.escape)
    #expect(state.list.filter.isEmpty && state.list.shown.count == 2)
    state.hit(.character("/"), .paste("atl"))
    #expect(state.list.shown.map(\.subject) == ["node atlas"])
    state.hit(.escape)
    #expect(state.list.filter.isEmpty && state.prompt == nil)
  }

  @Test func letterInAFilterIsNoCommand() {
    var state = Scene.state(Self.letters)
    state.hit(.character("/"))
    #expect(state.type("qyprs?") == [])
    #expect(state.list.filter == "qyprs?" && state.help == nil)
    // A pasted text is not a command either.
    state.hit(.escape)
    #expect(state.hit(.paste("q"), .paste("p")) == [])
  }

  @Test func tabGoesThroughTheClustersAfterTheOverview() {
    let names = ["alpha", "beta", "gamma"]
    var state = Scene.state(names.map { Scene.problem("n", cluster: $0) }, clusters: names)
    #expect(state.list.cluster == nil && state.list.shown.count == 3)
    #expect(state.text.contains("overview of 3 clusters"))
    var seen: [String?] = []
    for _ in 0..<4 {
      state.hit(.tab)
      seen.append(state.list.cluster)
    }
    #expect(seen == ["alpha", "beta", "gamma", nil])
    state.hit(.backTab)
    #expect(state.list.cluster == "gamma" && state.list.shown.map(\.cluster) == ["gamma"])
    #expect(state.text.contains("cluster 3 of 3"))
    // The cluster is removed from the configuration.
    state.receive([], clusters: ["alpha", "beta"])
    #expect(state.list.cluster == nil)
    var single = Scene.state(Self.letters)
    single.hit(.tab)
    #expect(single.list.cluster == nil)
  }

  @Test func commandIsCopiedAsItIsShown() {
    var state = Scene.state([Scene.problem("a", command: "kubectl get\n\u{1B}[8mnodes"), Scene.problem("b")])
    #expect(state.hit(.character("y")) == [.copy(#"kubectl get \u{1b}[8mnodes"#)])
    #expect(state.text.contains(#"Copied: kubectl get \u{1b}[8mnodes"#))
    #expect(state.hit(.down, .character("y"), at: 5) == [])
    #expect(state.text.contains("There is no command for this problem."))
  }

  @Test func reconnectAsksFirst() {
    var state = Scene.state(Self.letters)
    #expect(state.hit(.character("r")) == [])
    #expect(
      state.text.contains(
        "Reconnect the tunnel to tethys? It is up; 0 open connections will end. (y/n)"))
    #expect(state.hit(.character("x"), .character("n")) == [] && state.prompt == nil)
    let request = ScreenRequest.reconnect(cluster: "tethys")
    #expect(state.hit(.character("r"), .character("y")) == [.send(request)])
    #expect(state.text.contains("reconnect of tethys: waiting…"))
    // Keys work while the guard is silent, and the request is not sent twice.
    #expect(state.hit(.down, .character("r"), .character("y")) == [] && state.selected == "node b")
    let receipt = ReceiptDocument(message: "Reconnecting…")
    _ = state.apply(.reply(ScreenReply(request, .accepted(receipt))), at: Scene.time(3))
    #expect(state.text.contains("Reconnecting…") && !state.text.contains("waiting"))
    #expect(state.hit(.character("r"), .character("y"), at: 9) == [.send(request)])
    _ = state.apply(.reply(ScreenReply(request, .failed("permission denied"))), at: Scene.time(9))
    #expect(state.text.contains("reconnect of tethys: permission denied"))
  }

  @Test func requestGoesToTheShownCluster() {
    let names = ["alpha", "beta"]
    var state = Scene.state([Scene.problem("n", cluster: "beta")], clusters: names)
    #expect(state.hit(.character("p")) == [.send(.poll(cluster: nil))])
    #expect(state.hit(.character("r"), .character("y")) == [.send(.reconnect(cluster: "beta"))])
    state.hit(.tab)
    #expect(state.hit(.character("p")) == [.send(.poll(cluster: "alpha"))])
    #expect(state.hit(.character("r"), .character("y")) == [.send(.reconnect(cluster: "alpha"))])
    var quiet = Scene.state([], clusters: names)
    #expect(quiet.hit(.character("r"), .character("y"), .character("s")) == [])
    #expect(quiet.text.contains("Choose a cluster with Tab first."))
  }

  @Test func silenceNeedsATimeAndAReason() {
    var state = Scene.state(Self.letters)
    state.hit(.character("s"))
    #expect(state.text.contains("Silence for 1m to 720h [1h]: _"))
    for wrong in ["5", "30s", "721h", "2 h"] {
      state.type(wrong)
      state.hit(.enter)
      #expect(state.text.contains("a time from 1m to 720h, for example 90m: \(wrong)_"))
      state.hit(.control("u"))
    }
    state.type("2h")
    #expect(state.hit(.enter, .enter) == [])
    #expect(state.text.contains("a reason of at most 500 bytes is required"))
    state.type("new disk")
    let request = ScreenRequest.silence(
      problem: "tethys/node/a/not-ready", length: .seconds(7200), reason: "new disk")
    #expect(state.hit(.enter) == [.send(request)] && state.prompt == nil)
    // Without a time, it is the usual one.
    state.hit(.down, .character("s"), .enter)
    state.type("x")
    #expect(
      state.hit(.enter) == [
        .send(.silence(problem: "tethys/node/b/not-ready", length: .seconds(3600), reason: "x"))
      ])
    #expect(state.hit(.character("s"), .escape) == [] && state.prompt == nil)
  }

  @Test func problemOpensWithItsFactsAndItsHistory() throws {
    var state = Scene.state([Scene.problem("a", command: "kubectl describe node a")], rows: 60)
    let problem = try #require(state.list.selected)
    #expect(state.hit(.enter) == [.send(.record(problem))])
    #expect(state.text.contains("kubectl describe node a") && state.text.contains("explained"))
    #expect(state.text.contains("waiting…"))
    let changes = ["a", "b"].map {
      ChangeDocument(
        at: Scene.now, event: "problem_opened", cluster: "tethys", subject: "node \($0)",
        message: "node \($0) went down")
    }
    let incident = Incident(id: "5f3a", of: Scene.problem("a"))
    let record = ProblemRecord(
      of: problem, IncidentsDocument(open: [IncidentDocument(incident, silence: nil)]), changes: changes)
    _ = state.apply(.reply(ScreenReply(.record(problem), .record(record))), at: Scene.time(1))
    for part in ["5f3a", "12 min 1 s so far", "node a went down"] {
      #expect(state.text.contains(part), "\(part) in \(state.text)")
    }
    #expect(!state.text.contains("node b went down"))
    // A change of its own is a reason to read the history again.
    #expect(state.receive([Scene.problem("a")], [changes[1]], at: 2) == [])
    let second = ScreenRequest.record(ProblemDocument(Scene.problem("a")))
    #expect(state.receive([Scene.problem("a")], [changes[0]], at: 2) == [.send(second)])
    // Only one request at a time: the next one follows the answer.
    let third = ScreenRequest.record(ProblemDocument(Scene.problem("a", command: "other")))
    #expect(state.receive([Scene.problem("a", command: "other")], [changes[0]], at: 2) == [])
    #expect(
      state.apply(.reply(ScreenReply(second, .record(record))), at: Scene.time(2)) == [.send(third)])
    #expect(state.apply(.reply(ScreenReply(third, .failed("no answer"))), at: Scene.time(2)) == [])
    #expect(state.text.contains("unknown: no answer"))
    // The guard is back.
    _ = state.apply(.lost("gone"), at: Scene.time(2))
    #expect(state.receive([Scene.problem("a")], at: 3) == [.send(second)])
    state.receive([], at: 3)
    #expect(state.text.contains("This problem has ended"))
    state.hit(.backspace)
    #expect(state.open == nil)
  }

  @Test func lateHistoryOfAnotherProblemIsIgnored() throws {
    var state = Scene.state(Self.letters)
    let first = try #require(state.list.selected)
    state.hit(.enter, .escape, .down, .enter)
    _ = state.apply(.reply(ScreenReply(.record(first), .failed("too late"))), at: Scene.time(1))
    #expect(state.open?.problem.subject == "node b" && state.open?.record == .waiting)
  }

  @Test func textScrollsAndStopsAtItsEnd() {
    var state = Scene.state(Self.letters, rows: 12)
    state.hit(.character("?"))
    #expect(state.text.contains("lines 1-9 of"))
    let top = state.text
    state.hit(.end)
    let bottom = state.text
    state.hit(.pageDown, .down)
    #expect(state.text == bottom && bottom != top)
    state.hit(.up)
    #expect(state.text != bottom)
    state.hit(.home)
    #expect(state.text == top)
    state.hit(.escape)
    #expect(state.help == nil)
  }

  @Test func quitsOnlyOutsideOfAQuestion() {
    for keys in [
      [Key.character("q")], [.control("c")], [.character("?"), .character("q")], [.enter, .character("q")],
    ] {
      var state = Scene.state(Self.letters)
      #expect(keys.flatMap { state.hit($0) }.last == .quit)
    }
    var state = Scene.state(Self.letters)
    #expect(state.hit(.character("s"), .character("q")) == [])
    #expect(state.hit(.control("c")) == [.quit])
  }

  @Test func silentGuardIsUnknownAfterThreeHeartbeats() {
    var state = Scene.state(Self.letters)
    state.time = Scene.time(44)
    #expect(!state.isPast && state.text.contains("12m"))
    state.time = Scene.time(45)
    #expect(state.isPast && state.text.contains("the guard has sent nothing for 45s"))
    #expect(state.text.contains("UNKNOWN") && state.text.contains("was CRITICAL 45s ago"))
    // The ages of the problems do not count on, also after an hour.
    let row = { (state: ScreenState) in state.text.split(separator: "\n").first { $0.contains("node a is") } }
    let then = row(state)
    state.time = Scene.time(3600)
    #expect(row(state) == then && then?.contains(" 12m  node a") == true)
    // Everything between the title and the status line is dimmed.
    let lines = Scene.frame(state).lines.dropFirst(2).dropLast(2)
    #expect(lines.allSatisfy { $0.spans.allSatisfy { $0.style == .faint } })
    _ = state.apply(.received(nil, []), at: Scene.time(3601))
    #expect(!state.isPast)
    _ = state.apply(.lost("the guard is not running"), at: Scene.time(3602))
    #expect(state.isPast && state.text.contains("the guard is not running; retrying"))
  }

  @Test func messageDisappearsWithAKeyAfterItWasShown() {
    var state = Scene.state(Self.letters)
    state.hit(.character("y"), at: 10)
    state.hit(.down, at: 10)
    #expect(state.note != nil)
    state.hit(.down, at: 12)
    #expect(state.note == nil)
  }
}
