import Foundation
import GuardAPI
import Health
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardPages
@testable import GuardTerminal
@testable import GuardWeb

@Suite struct WebContentTests {
  /// The page's rows have the words of the terminal's block.
  @Test(arguments: Scene.allCases)
  func rowsHaveTheWordsOfTheTerminal(_ scene: Scene) throws {
    let status = scene.status
    let terminal = Terminal(width: nil, hasColor: false, drawsBlocks: false, now: status.generatedAt)
    let text = StatusPage.page(status, terminal, isWide: true).text(for: terminal)
    let page = WebContent.page(status)
    #expect(page.clusters.count == status.clusters.count && page.problems.count == status.problems.count)
    for text2 in page.clusters.flatMap(\.rows).flatMap(\.texts) { #expect(text.contains(text2), "\(text2)") }
    for problem in page.problems {
      #expect(text.contains(problem.headline))
      if let command = problem.command { #expect(text.contains(command)) }
    }
  }

  @Test func problemHasItsExplanation() throws {
    let page = WebContent.page(Scene.nodeDown.status)
    let problem = try #require(page.problems.first)
    #expect(problem.topics == ["node-not-ready"])
    #expect(page.topics["node-not-ready"]?.meaning.isEmpty == false)
    #expect(problem.sinceAt == at("2026-03-01T04:12:07Z").milliseconds)
    #expect(problem.facts.contains(["Id", "tethys/node/calypso/not-ready"]))
  }

  @Test func documentHasNoControlCharacters() throws {
    let content = WebContent(
      client: DaemonClient(socket: .resolve(option: "/nonexistent")), cluster: nil, zone: .utc)
    let text = String(decoding: try content.status(Scene.hostile.status), as: UTF8.self)
    #expect(text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    #expect(!text.contains("\\u001b") && !text.contains("\\u001B"))
  }

  @Test func unknownClusterIsAnError() {
    let content = WebContent(
      client: DaemonClient(socket: .resolve(option: "/nonexistent")), cluster: "nope", zone: .utc)
    #expect(throws: NoSuchCluster.self) { try content.status(Scene.healthy.status) }
  }

  @Test func longTableIsCut() {
    let rows = (0..<1200).map { Table.Row(cells: [Span("n\($0)")]) }
    let table = TableDocument("Nodes", Table(columns: ["NAME"], rows: rows))
    #expect(table.rows.count == 500 && table.omitted == 700 && table.columns == ["Name"])
  }
}
