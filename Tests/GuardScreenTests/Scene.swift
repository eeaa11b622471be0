import GuardAPI
import GuardTerminal
import GuardTypes
import Health

@testable import GuardScreen

/// Documents and states for the tests of the screen.
enum Scene {
  static let now = Timestamp(seconds: 1_772_339_047)

  static func problem(
    _ name: String, cluster: String = "tethys", severity: Problem.Severity = .critical, command: String? = nil
  ) -> Problem {
    Problem(
      .node(.notReady), id: "\(cluster)/node/\(name)/not-ready", severity: severity, cluster: cluster,
      subject: "node \(name)", title: "node \(name) is not ready", detail: "no heartbeat from \(name)",
      since: now + .seconds(-720), step: NextStep(command: command))
  }

  static func document(_ problems: [Problem], clusters: [String] = ["tethys"]) -> StatusDocument {
    StatusDocument(
      generatedAt: now,
      clusters: clusters.map { name in
        ClusterDocument(
          report: ClusterReport(name: name, verdict: .critical, summary: "not ready"),
          tunnel: TunnelDocument(state: .up, since: now, host: name, forwards: []),
          poll: PollDocument(at: nil, seenAt: nil, duration: nil, failure: nil, now: now),
          api: APIDocument(), now: now)
      }, problems: problems)
  }

  static func state(
    _ problems: [Problem], clusters: [String] = ["tethys"], rows: Int = 24, columns: Int = 80
  ) -> ScreenState {
    var state = ScreenState(size: TerminalSize(rows: rows, columns: columns), time: time(0))
    _ = state.apply(.received(document(problems, clusters: clusters), []), at: time(0))
    return state
  }

  static func time(_ seconds: Int) -> ScreenTime {
    ScreenTime(wall: now + .seconds(seconds), elapsed: .seconds(seconds))
  }

  static func frame(_ state: ScreenState) -> ScreenFrame {
    ScreenPainter(state, PlainPages(), Terminal.standardOutput()).frame()
  }
}

/// The least that a screen can consist of.
struct PlainPages: ScreenPages {
  func chosen(of status: StatusDocument) throws -> StatusDocument { status }
  func includes(_ change: ChangeDocument) -> Bool { true }
  func fleet(_ status: StatusDocument, _ terminal: Terminal) -> [Line] {
    status.clusters.map { Line(Span("\($0.name) \($0.summary)")) }
  }
  func cluster(_ cluster: ClusterDocument, among problems: [ProblemDocument], _ terminal: Terminal) -> [Line]
  {
    [Line(Span("\(cluster.name) \(cluster.summary)"))]
  }
  func headline(_ problem: ProblemDocument, namesCluster: Bool) -> String { problem.title }
  func explanation(_ problem: ProblemDocument, _ terminal: Terminal) -> [Line] {
    [Line(Span("explained"))]
  }
}

extension ScreenState {
  /// Presses keys and returns all effects.
  @discardableResult
  mutating func hit(_ keys: Key..., at seconds: Int = 0) -> [ScreenEffect] {
    keys.flatMap { key in
      let effects = apply(.key(key), at: Scene.time(seconds))
      settle(Scene.frame(self))
      return effects
    }
  }

  @discardableResult
  mutating func type(_ text: String, at seconds: Int = 0) -> [ScreenEffect] {
    text.unicodeScalars.flatMap { hit(.character($0), at: seconds) }
  }

  @discardableResult
  mutating func receive(
    _ problems: [Problem], clusters: [String] = ["tethys"], _ changes: [ChangeDocument] = [],
    at seconds: Int = 0
  ) -> [ScreenEffect] {
    apply(.received(Scene.document(problems, clusters: clusters), changes), at: Scene.time(seconds))
  }

  var selected: String? { list.selected?.subject }
  var text: String { Scene.frame(self).lines.map(\.text).joined(separator: "\n") }
}
