package import GuardAPI
package import GuardTerminal
import GuardTypes

/// The overview of several clusters: totals, then one line per cluster, worst first. Healthy ones share a line.
package enum FleetLines {
  /// The number of clusters with a line of their own, so that the problems start on the first screen.
  private static let listed = 8

  package static func lines(_ clusters: [ClusterDocument], _ terminal: Terminal, isWide: Bool) -> [Line] {
    // Sorting is stable, so clusters with the same verdict keep the order of guard.yaml.
    let sorted = order.flatMap { verdict in clusters.filter { $0.verdict == verdict } }
    let unwell = sorted.filter { $0.verdict != .healthy }
    let healthy = sorted.filter { $0.verdict == .healthy }
    let shown = isWide || unwell.count <= listed + 1 ? unwell : Array(unwell.prefix(listed))
    let margin = min(24, shown.map(\.name.displayWidth).max() ?? 0)

    var lines = [totals(clusters, terminal)]
    lines += shown.map { row($0, margin: margin, terminal) }
    if shown.count < unwell.count {
      let rest = unwell.count - shown.count
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

  private static func row(_ cluster: ClusterDocument, margin: Int, _ terminal: Terminal) -> Line {
    let name = cluster.name.displayWidth > margin ? cluster.name.cut(to: margin) : cluster.name
    let word = cluster.verdict.rawValue.uppercased()
    func blank(_ width: Int) -> Span { Span(String(repeating: " ", count: max(0, width))) }
    let line = Line(
      terminal.mark(cluster.verdict), Span(" "), Span(name, .strong), blank(margin - name.displayWidth + 2),
      Span(word, cluster.verdict.style), blank(10 - word.count), Span(cluster.summary))
    return terminal.width.map(line.cut(to:)) ?? line
  }
}
