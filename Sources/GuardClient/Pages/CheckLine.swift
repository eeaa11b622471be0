import GuardAPI
import Health

/// `oceanid-ctl check`: one line for Nagios and Icinga with performance data, then a line for each problem
/// (monitoring-plugins.org, Development Guidelines, "Plugin Output for Nagios").
enum CheckLine {
  static func text(_ status: StatusDocument, part: Part?, now: Timestamp) -> String {
    let verdict = part?.verdict(of: status) ?? status.verdict
    let problems = status.clusters.flatMap { cluster in
      part.map { $0.problems(of: cluster, among: status.problems) }
        ?? status.problems.filter { $0.cluster == cluster.name }
    }
    let data = status.clusters.flatMap { cluster in
      figures(cluster, part: part, now: now).map { figure in
        let label = status.clusters.count > 1 ? "\(cluster.name).\(figure.label)" : figure.label
        return "\(quoted(label))=\(figure.value)"
      }
    }
    let what = part.map { " \($0.rawValue.uppercased())" } ?? ""
    let headlines = problems.map { problem in
      ProblemLines.headline(problem, namesCluster: status.clusters.count > 1)
        + (problem.since.map { " for \((now - $0).asAge)" } ?? "")
    }
    let first = headlines.first ?? summary(status, part, verdict, now)
    let more = headlines.count > 1 ? " (and \(headlines.count - 1) more)" : ""
    var text = "OCEANID\(what) \(word(verdict)) - \(plain(first + more))"
    if !data.isEmpty { text += " | \(data.joined(separator: " "))" }
    for (problem, headline) in zip(problems, headlines) {
      text += "\n\(problem.severity.rawValue): \(plain(headline)); next: \(plain(problem.remedy))"
    }
    return text + "\n"
  }

  /// The line for a guard that can't be asked.
  static func text(_ error: ClientError, part: Part?) -> String {
    let what = part.map { " \($0.rawValue.uppercased())" } ?? ""
    return "OCEANID\(what) UNKNOWN - \(plain("\(error)"))\n"
  }

  private static func word(_ verdict: Verdict) -> String {
    switch verdict {
    case .healthy: "OK"
    case .degraded: "WARNING"
    case .critical: "CRITICAL"
    case .unknown: "UNKNOWN"
    }
  }

  private static func summary(
    _ status: StatusDocument, _ part: Part?, _ verdict: Verdict, _ now: Timestamp
  ) -> String {
    guard let part, !status.clusters.isEmpty else { return status.summary }
    return status.clusters.map { cluster in
      let text =
        switch part {
        case .tunnel: TunnelWords.state(cluster.tunnel, now).text
        case .nodes: "\(cluster.nodes.count(where: \.isReady)) of \(cluster.nodes.count) nodes Ready"
        case .flux: "\(good(cluster.flux.objects.map(\.verdict))) objects good"
        case .images: "\(good(cluster.images.policies.map(\.verdict))) policies good"
        }
      let stale = part != .tunnel && cluster.poll.ok != true ? ", as last seen" : ""
      return "\(cluster.name): \(text)\(stale)"
    }.joined(separator: "; ")
  }

  private static func good(_ verdicts: [Verdict]) -> String {
    "\(verdicts.count { $0 == .healthy }) of \(verdicts.count)"
  }

  private static func figures(
    _ cluster: ClusterDocument, part: Part?, now: Timestamp
  ) -> [(label: String, value: String)] {
    var figures: [(label: String, value: String)] = []
    if part == nil || part == .tunnel {
      if let roundTrip = cluster.tunnel.roundTripMs {
        figures.append(("rtt", "\(roundTrip.rounded(toPlaces: 3))ms;;;0"))
      }
      figures.append(("reconnects", "\(cluster.tunnel.reconnects)c"))
      figures.append(("connections", "\(cluster.tunnel.forwards.reduce(0) { $0 + $1.openConnections });;;0"))
    }
    if part != .tunnel, let seenAt = cluster.poll.seenAt {
      figures.append(("age", "\(max(0, (now - seenAt).inSeconds).rounded(toPlaces: 1))s;;;0"))
    }
    func ready(_ label: String, _ good: Int, of total: Int) {
      figures.append((label, "\(good);;;0;\(total)"))
    }
    if part == nil || part == .nodes {
      ready("nodes_ready", cluster.nodes.count(where: \.isReady), of: cluster.nodes.count)
    }
    if part == nil || part == .flux {
      let objects = cluster.flux.objects
      ready("flux_good", objects.count { $0.verdict == .healthy }, of: objects.count)
    }
    if part == nil || part == .images {
      let policies = cluster.images.policies
      ready("images_behind", policies.count { $0.behind == true }, of: policies.count)
    }
    return figures
  }

  /// One line without the character that starts the performance data.
  private static func plain(_ text: String) -> String {
    String(text.withoutControls.map { $0 == "|" ? "/" : $0 })
  }

  /// Labels with blanks, quotes or equal signs need quotes, and a quote inside is doubled.
  private static func quoted(_ label: String) -> String {
    let isPlain = label.allSatisfy { $0.isLetter || $0.isNumber || "._-".contains($0) }
    return isPlain
      ? label
      : "'\(label.withoutControls.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
  }
}
