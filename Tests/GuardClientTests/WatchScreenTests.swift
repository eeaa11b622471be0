import Foundation
import GuardAPI
import GuardTypes
import Health
import IncidentTracking
import Testing

@testable import GuardClient
@testable import GuardScreen
@testable import GuardTerminal

/// The screen of `watch` with the real pages.
@Suite struct WatchScreenTests {
  private static let widths = [60, 80, 120, 200]

  private static func state(_ status: StatusDocument, _ rows: Int, _ columns: Int) -> ScreenState {
    let time = ScreenTime(wall: Scene.now, elapsed: .zero)
    var state = ScreenState(size: TerminalSize(rows: rows, columns: columns), time: time)
    let change = ChangeDocument(
      at: Scene.now, event: "node_not_ready", cluster: "tethys", subject: "node calypso", from: "Ready",
      to: "NotReady", reason: "NodeStatusUnknown", message: "")
    _ = state.apply(.received(status, [change]), at: time)
    return state
  }

  private static func frame(_ state: ScreenState) -> ScreenFrame {
    ScreenPainter(
      state, WatchPages(cluster: nil),
      Terminal(width: nil, hasColor: true, drawsBlocks: true, now: Scene.now)
    ).frame()
  }

  private static func text(_ state: ScreenState) -> String {
    frame(state).lines.map(\.text).joined(separator: "\n")
  }

  private static func problems(_ count: Int, _ clusters: [String] = ["tethys"]) -> [Problem] {
    (0..<count).map { number in
      let cluster = clusters[number % clusters.count]
      return Problem(
        .flux(.controllerMissing), id: "\(cluster)/flux/kustomization/ns/app-\(number)/failed",
        severity: .critical,
        cluster: cluster, subject: "kustomization ns/app-\(number)",
        title: "Kustomization ns/app-\(number) is failing (BuildFailed)",
        detail: String(repeating: "no such file 日本語 ", count: 20),
        since: Scene.now + .seconds(-60 * number), step: NextStep(command: "flux get kustomizations -n ns"))
    }
  }

  /// As many clusters as given, each with some of the problems.
  private static func status(problems count: Int, clusters: Int = 1) -> StatusDocument {
    var status = Scene.document(Scene.report(verdict: .critical, summary: "Kustomizations are failing"))
    let names = clusters == 1 ? ["tethys"] : (0..<clusters).map { "cluster-\($0)" }
    let model = status.clusters[0]
    status.clusters = names.map { name in
      var cluster = model
      cluster.name = name
      return cluster
    }
    status.problems = problems(count, names).map { ProblemDocument($0) }
    return status
  }

  private static let statuses =
    [Scene.nodeDown, .backoff, .hostile, .noCluster].map(\.status)
    + [0, 1, 40].map { status(problems: $0) } + [0, 40].map { status(problems: $0, clusters: 40) }

  /// Opens every page and question.
  private static func states(_ status: StatusDocument, _ rows: Int, _ columns: Int) -> [ScreenState] {
    let start = state(status, rows, columns)
    let keys: [[Key]] = [
      [], [.down], [.end], [.enter], [.enter, .end], [.character("?")], [.character("?"), .end],
      [.character("/"), .paste(String(repeating: "calypso 日本語 ", count: 30))], [.character("s")],
      [.character("s"), .enter, .paste(String(repeating: "reason ", count: 50))], [.character("r")],
      [.character("p")], [.character("y")], [.tab], [.tab, .tab, .character("y")],
    ]
    var states = keys.map { keys in
      var state = start
      for key in keys {
        _ = state.apply(.key(key), at: state.time)
        state.settle(frame(state))
      }
      return state
    }
    var lost = start
    _ = lost.apply(.lost(String(repeating: "the guard is not running ", count: 20)), at: start.time)
    states.append(lost)
    return states
  }

  @Test(arguments: widths, [10, 24, 50]) func everyPageFitsTheScreen(_ columns: Int, _ rows: Int) {
    for status in Self.statuses {
      for state in Self.states(status, rows, columns) {
        let lines = Self.frame(state).lines
        #expect(lines.count == rows)
        for line in lines {
          #expect(line.text.displayWidth <= columns, "\(line.text)")
          #expect(line.text.unicodeScalars.allSatisfy { !$0.isInvisible }, "\(line.text)")
        }
      }
    }
  }

  @Test(arguments: [(9, 80), (24, 59), (1, 1), (3, 20)])
  func smallTerminalIsToldSo(_ rows: Int, _ columns: Int) {
    for state in Self.states(Self.status(problems: 40), rows, columns) {
      let lines = Self.frame(state).lines
      #expect(lines.count == rows && lines.allSatisfy { $0.text.displayWidth <= columns })
      #expect(lines[0].text.hasPrefix("T"))
    }
    #expect(Self.text(Self.state(Self.status(problems: 1), 9, 80)).contains("watch needs 60 x 10"))
  }

  @Test func standardTerminalShowsFactsProblemsStepAndKeys() {
    let text = Self.text(Self.state(Scene.nodeDown.status, 24, 80))
    for part in [
      "tethys  CRITICAL  node calypso is not ready", "2 of 3 Ready",
      "\n> CRITICAL    12m  node calypso is not ready",
      "\n  WARNING  ", "  next ssh calypso systemctl status k3s-agent", "Last changes",
    ] { #expect(text.contains(part), "\(part) in\n\(text)") }
    #expect(
      text.hasSuffix("Enter open  / filter  y copy  s silence  p poll  r reconnect  ? help  q quit"))
  }

  @Test func narrowTerminalKeepsTheImportantKeys() {
    let text = Self.text(Self.state(Scene.nodeDown.status, 24, 60))
    #expect(text.hasSuffix("Enter open  / filter  y copy  s silence  ? help  q quit"))
  }

  @Test func overviewShowsTheClustersBeforeTheProblems() {
    var state = Self.state(Self.status(problems: 40, clusters: 40), 24, 80)
    #expect(Self.text(state).contains("40 clusters: 40 critical"))
    #expect(Self.text(state).contains("> CRITICAL     0s  cluster-0"))
    _ = state.apply(.key(.tab), at: state.time)
    #expect(Self.text(state).contains("cluster-0  CRITICAL") && Self.text(state).contains("\n1 problem"))
  }

  /// All fields of the document are on the page of a problem. The remedy is its command and its note in one text.
  @Test func problemPageShowsEveryField() throws {
    var status = Scene.nodeDown.status
    let silence = Silence(
      id: "5f3a9c1e", cluster: "tethys", pattern: "node *", reason: "new disk", author: "uid 1000",
      createdAt: Scene.now, expiresAt: Scene.now + .seconds(3600))
    status.problems[0].silence = SilenceDocument(silence)
    status.problems[0].note = "look at the console"
    status.problems[0].hides = ["workload"]
    var state = Self.state(status, 70, 120)
    _ = state.apply(.key(.enter), at: state.time)
    let text = Self.text(state)
    let fields = try JSONSerialization.jsonObject(with: JSONEncoder().encode(status.problems[0]))
    for name in try #require(fields as? [String: Any]).keys where name != "remedy" {
      #expect(text.contains("\n  \(name) "), "\(name) in\n\(text)")
    }
    for value in [
      "5f3a9c1e", "uid 1000", "new disk", "node *", "look at the console", "workload",
      "tethys/node/calypso/not-ready", "ssh calypso systemctl status k3s-agent", "Kubelet stopped posting",
    ] { #expect(text.contains(value), "\(value)") }
    // The text of `explain`.
    #expect(text.contains(String(ProblemCode.node(.notReady).declaration.meaning.prefix(60))))
  }

  /// Neither the color nor the ages of the last status suggest that it is current.
  @Test func silentGuardIsUnknown() {
    var state = Self.state(Scene.healthy.status, 24, 80)
    let fresh = Self.frame(state).lines.map { $0.written(inColor: true) }.joined()
    #expect(fresh.contains("HEALTHY") && fresh.contains("\u{1B}[32m"))
    state.time = ScreenTime(wall: Scene.now + .seconds(46), elapsed: .seconds(46))
    let lines = Self.frame(state).lines
    let text = lines.map(\.text).joined(separator: "\n")
    #expect(text.contains("the guard has sent nothing for 46s"))
    #expect(text.contains("tethys  UNKNOWN  was HEALTHY 46s ago\n"))
    #expect(text.contains("(3d3h)") && text.contains("polled 3s ago"))
    #expect(!lines.contains { $0.written(inColor: true).contains("\u{1B}[32m") })
  }
}
