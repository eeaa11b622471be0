package import GuardAPI
package import GuardTerminal
import GuardTypes
import Health

/// `oceanid-ctl status`: the block of the cluster or the overview of several, then the problems with cause and next
/// step.
package enum StatusPage {
  package static func page(_ status: StatusDocument, _ terminal: Terminal, isWide: Bool = false) -> Page {
    var page = Page()
    if status.clusters.isEmpty {
      page += terminal.labeled("guard", margin: 8, indent: 0, Span(status.summary, status.verdict.style))
    }
    let isFleet = status.clusters.count > 1
    if isFleet { page += FleetLines.lines(status.clusters, among: status.problems, terminal, isWide: isWide) }
    for cluster in isFleet && !isWide ? [] : status.clusters {
      page.gap()
      page += block(cluster, among: status.problems, terminal)
      guard isWide else { continue }
      for table in [
        NodesPage.table(cluster), FluxPage.table(cluster.flux),
      ] + ImagesPage.tables(cluster.images, terminal.now) where !table.rows.isEmpty {
        page.gap()
        page += table.lines(width: terminal.width)
      }
      let omitted = OmittedRows.lines(cluster, [.nodes, .flux, .images])
      if !omitted.isEmpty {
        page.gap()
        page += omitted
      }
    }
    if !status.problems.isEmpty {
      page.gap()
      page +=
        isWide
        ? ProblemLines.lines(status.problems, namesCluster: isFleet, terminal)
        : ProblemLines.screen(status.problems, namesCluster: isFleet, terminal)
      if let omitted = status.omittedProblems, omitted > 0 {
        page += Line(
          Span("\(omitted.of("more problem")) not listed here: oceanid-ctl incidents", .faint))
      }
    }
    return page
  }

  /// The verdict and the facts of one cluster.
  package static func block(
    _ cluster: ClusterDocument, among problems: [ProblemDocument], _ terminal: Terminal
  ) -> [Line] {
    heading(cluster, terminal) + ClusterFacts.lines(cluster, among: problems, terminal)
  }

  private static func heading(_ cluster: ClusterDocument, _ terminal: Terminal) -> [Line] {
    let word = cluster.verdict.rawValue.uppercased()
    let left = cluster.name.displayWidth + word.count + 4
    // The rows of a healthy cluster say what its summary says.
    let summary = Span(cluster.verdict == .healthy ? "" : cluster.summary)
    let fits = terminal.width.map { left + summary.width <= $0 } ?? true
    let first = [Span(cluster.name, .strong), Span("  "), Span(word, cluster.verdict.style)]
    if summary.text.isEmpty { return [Line(first)] }
    if fits { return [Line(first + [Span("  "), summary])] }
    return [Line(first)]
      + summary.text.wrapped(to: (terminal.width ?? .max) - 2).map { Line(Span("  "), Span($0)) }
  }
}
