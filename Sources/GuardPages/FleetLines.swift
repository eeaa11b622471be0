package import GuardAPI
package import GuardTerminal
import GuardTypes

/// The overview of several clusters: totals, then one line per cluster, worst first. Healthy ones share a line.
/// Clusters with the same verdict are ordered by their first problem on the page.
package enum FleetLines {
  /// The number of lines for clusters with problems, so that the problems start on the first screen. If there are more
  /// such clusters, those that are alike share a line.
  private static let listed = 8

  /// - Parameter problems: the problems of all clusters, causes first.
  package static func lines(
    _ clusters: [ClusterDocument], among problems: [ProblemDocument], _ terminal: Terminal, isWide: Bool
  ) -> [Line] {
    let ranks = Dictionary(problems.enumerated().map { ($1.cluster, $0) }) { first, _ in first }
    // Sorting is stable, so clusters without a difference keep the order of guard.yaml.
    let sorted = order.flatMap { verdict in
      clusters.filter { $0.verdict == verdict }
        .sorted { ranks[$0.name] ?? .max < ranks[$1.name] ?? .max }
    }
    let unhealthy = sorted.filter { $0.verdict != .healthy }
    let healthy = sorted.filter { $0.verdict == .healthy }
    let groups =
      isWide || unhealthy.count <= listed + 1
      ? unhealthy.map { Group(first: $0) } : grouped(unhealthy) { ranks[$0].map { problems[$0] } }
    let shown = isWide || groups.count <= listed + 1 ? groups : Array(groups.prefix(listed))
    let margin = min(24, shown.map(\.first.name.displayWidth).max() ?? 0)

    var lines = [totals(clusters, terminal)]
    lines += shown.map { row($0, margin: margin, terminal) }
    if shown.count < groups.count {
      let rest = groups.dropFirst(shown.count).reduce(0) { $0 + 1 + $1.others.count }
      lines.append(
        Line(Span("  and \(rest.of("more cluster")) with problems: oceanid-ctl status -o wide", .faint)))
    }
    if !healthy.isEmpty {
      let names = healthy.map(\.name).joined(separator: ", ")
      let line = Line(
        terminal.mark(.healthy), Span(" "), Span("\(healthy.count) healthy", Verdict.healthy.style),
        Span(": \(names)"))
      lines.append(terminal.width.map(line.cut(to:)) ?? line)
    }
    return lines
  }

  /// A cluster, and the others with the same verdict for the same reason.
  private struct Group {
    let first: ClusterDocument
    var others: [String] = []
  }

  /// Clusters are alike if their connections fail with the same code, or if they have no problem and the same summary,
  /// for example while the guard starts.
  private static func grouped(
    _ clusters: [ClusterDocument], firstProblem: (String) -> ProblemDocument?
  ) -> [Group] {
    var groups: [Group] = []
    var indexes: [[String]: Int] = [:]
    for cluster in clusters {
      let problem = firstProblem(cluster.name)
      if let problem, !problem.isOfConnection || problem.code.isEmpty {
        groups.append(Group(first: cluster))
        continue
      }
      let key =
        [cluster.verdict.rawValue] + (problem.map { ["code", $0.code] } ?? ["summary", cluster.summary])
      if let index = indexes[key] {
        groups[index].others.append(cluster.name)
      } else {
        indexes[key] = groups.count
        groups.append(Group(first: cluster))
      }
    }
    return groups
  }

  private static let order: [Verdict] = [.critical, .unknown, .degraded, .healthy]

  /// For example `40 clusters: 29 critical, 1 degraded, 10 healthy`.
  private static func totals(_ clusters: [ClusterDocument], _ terminal: Terminal) -> Line {
    var spans = [Span(clusters.count.of("cluster"), .strong), Span(": ")]
    for (index, verdict) in order.filter({ verdict in clusters.contains { $0.verdict == verdict } })
      .enumerated()
    {
      if index > 0 { spans.append(Span(", ")) }
      spans.append(Span("\(clusters.count { $0.verdict == verdict }) \(verdict.rawValue)", verdict.style))
    }
    return Line(spans)
  }

  private static func row(_ group: Group, margin: Int, _ terminal: Terminal) -> Line {
    let cluster = group.first
    let name = cluster.name.displayWidth > margin ? cluster.name.cut(to: margin) : cluster.name
    let word = cluster.verdict.rawValue.uppercased()
    func blank(_ width: Int) -> Span { Span(String(repeating: " ", count: max(0, width))) }
    let others =
      group.others.isEmpty ? "" : "; also \(group.others.count) more: \(group.others.joined(separator: ", "))"
    let line = Line(
      terminal.mark(cluster.verdict), Span(" "), Span(name, .strong), blank(margin - name.displayWidth + 2),
      Span(word, cluster.verdict.style), blank(10 - word.count), Span(cluster.summary + others))
    return terminal.width.map(line.cut(to:)) ?? line
  }
}
