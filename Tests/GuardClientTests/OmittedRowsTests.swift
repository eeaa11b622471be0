import GuardAPI
import GuardTypes
import Health
import Testing

@testable import GuardClient
@testable import GuardPages
@testable import GuardTerminal

/// A document that does not contain all objects: the pages count them all, and say what is not listed.
@Suite struct OmittedRowsPageTests {
  private let terminal = Terminal(width: nil, hasColor: false, now: Scene.now)

  private static func rows(_ count: Int, total: Int, _ change: (inout OmittedRowsDocument) -> Void)
    -> OmittedRowsDocument
  {
    var rows = OmittedRowsDocument(total: total, count: count)
    change(&rows)
    return rows
  }

  /// The healthy scene as part of a large cluster.
  private static var status: StatusDocument {
    var status = Scene.healthy.status
    status.clusters[0].omitted = OmittedDocument(
      nodes: rows(5000, total: 5003) {
        ($0.healthy, $0.critical, $0.ready, $0.wrong) = (4990, 10, 4990, 10)
      },
      flux: rows(2000, total: 2000) {
        ($0.healthy, $0.degraded, $0.wrong, $0.ready, $0.suspended) = (1999, 1, 1, 1999, 3)
      },
      policies: rows(300, total: 300) {
        ($0.healthy, $0.degraded, $0.behind, $0.held, $0.unused, $0.current) = (293, 7, 4, 3, 10, 283)
      },
      workloads: rows(100, total: 100) { ($0.healthy, $0.critical) = (98, 2) })
    return status
  }

  @Test func tablesEndWithWhatTheyDoNotList() {
    let status = Self.status
    #expect(
      NodesPage.page(status, terminal).text(for: terminal).hasSuffix(
        "\nand 5000 more nodes, not listed: 10 critical, 4990 healthy\n"))
    #expect(
      FluxPage.page(status, terminal).text(for: terminal).contains(
        "\nand 2000 more Flux objects, not listed: 1 degraded, 1999 healthy\n"))
    #expect(
      ImagesPage.page(status, terminal).text(for: terminal).hasSuffix(
        "\nand 300 more image policies, not listed: 7 degraded, 293 healthy\n"))
    let wide = StatusPage.page(status, terminal, isWide: true).text(for: terminal)
    #expect(wide.contains("and 5000 more nodes") && wide.contains("and 300 more image policies"))
    for page in [
      NodesPage.page(Scene.healthy.status, terminal), FluxPage.page(Scene.healthy.status, terminal),
    ] {
      #expect(!page.text(for: terminal).contains("not listed"))
    }
  }

  @Test func statusCountsAllObjects() throws {
    let cluster = Self.status.clusters[0]
    let rows = ClusterFacts.rows(cluster, among: [], Scene.now)
    func text(_ label: String) -> String { rows.first { $0.label == label }?.texts.first?.text ?? "" }
    #expect(text("Nodes").hasPrefix("4993 of 5003 Ready"))
    #expect(rows.first { $0.label == "Nodes" }?.verdict == .critical)
    let objects = cluster.flux.objects.count
    #expect(text("Flux").contains("\(1999 + objects) of \(2000 + objects) objects healthy"))
    #expect(text("Flux").contains("3 suspended"))
    #expect(text("Images").hasPrefix("\(300 + cluster.images.policies.count) policies"))
    #expect(text("Images").contains("behind") && !text("Images").contains("all images current"))
    #expect(
      text("Others").contains("\(98 + cluster.workloads.count) of \(100 + cluster.workloads.count) workloads")
    )
  }

  @Test func checkCountsAllObjects() {
    let text = CheckLine.text(Self.status, section: .nodes, now: Scene.now)
    #expect(text.hasPrefix("OCEANID NODES CRITICAL"))
    #expect(text.contains("nodes_ready=4993;;;0;5003"))
    #expect(CheckLine.text(Self.status, section: .flux, now: Scene.now).hasPrefix("OCEANID FLUX WARNING"))
    let images = CheckLine.text(Self.status, section: .images, now: Scene.now)
    #expect(images.contains("images_behind=7;;;0;\(300 + Self.status.clusters[0].images.policies.count)"))
    #expect(Section.nodes.verdict(of: Self.status) == .critical)
  }

  @Test func checkCountsOmittedProblems() {
    func line(critical: Int, warnings: Int) -> String {
      let problems = (0..<critical + warnings).map { index in
        Problem(
          index < critical ? .node(.notReady) : .node(.cordoned), ["node": "n\(index)"], cluster: "tethys",
          subject: "node n\(index)", detail: "", since: Scene.now)
      }
      let status = StatusDocument(
        generatedAt: Scene.now, clusters: Scene.healthy.status.clusters, problems: problems)
      return String(CheckLine.text(status, section: nil, now: Scene.now).prefix { $0 != "\n" })
    }
    #expect(line(critical: 800, warnings: 300).contains("(800 critical, 300 warnings)"))
    #expect(line(critical: 1100, warnings: 5).contains("(1000 critical, 105 more)"))
  }

  @Test func countsFromOutsideAreLimited() {
    var rows = OmittedRowsDocument(total: .max, count: .max)
    rows.healthy = .max
    rows.critical = -5
    #expect((rows as OmittedRowsDocument?).verdicts.count == 1_000_000)
    rows.healthy = 0
    #expect((rows as OmittedRowsDocument?).verdicts.isEmpty)
    #expect((nil as OmittedRowsDocument?).verdicts.isEmpty)
  }
}
