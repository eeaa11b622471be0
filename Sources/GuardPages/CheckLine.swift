package import GuardAPI
import GuardTerminal
import GuardTypes
package import Health

/// `oceanid-ctl check`: one line for Nagios and Icinga with performance data, then a line for each problem
/// (monitoring-plugins.org, Development Guidelines, "Plugin Output for Nagios").
package enum CheckLine {
  /// Monitoring systems keep a few kilobytes of a plugin's output.
  private static let listed = 16

  package static func text(_ status: StatusDocument, section: Section?, now: Timestamp) -> String {
    let verdict = section?.verdict(of: status) ?? status.verdict
    let problems =
      section.map { section in
        status.clusters.flatMap { section.problems(of: $0, among: status.problems) }
      } ?? status.problems
    let data = status.clusters.flatMap { cluster in
      figures(cluster, section: section, among: status.problems, now: now).map { figure in
        let label = status.clusters.count > 1 ? "\(cluster.name).\(figure.label)" : figure.label
        return "\(quoted(label))=\(figure.value)"
      }
    }
    let what = section.map { " \($0.rawValue.uppercased())" } ?? ""
    let headlines = problems.prefix(listed).map { problem in
      ProblemLines.headline(problem, namesCluster: status.clusters.count > 1)
        + (problem.since.map { " for \((now - $0).asAge)" } ?? "")
    }
    let first = headlines.first ?? summary(status, section, verdict, now)
    let critical = problems.count { $0.severity == .critical }
    // Critical ones are listed first, so behind a warning only warnings are left out.
    let omitted = section == nil ? min(max(0, status.omittedProblems ?? 0), 1_000_000) : 0
    let areWarnings = critical < problems.count
    let warnings = problems.count - critical + (areWarnings ? omitted : 0)
    let more =
      headlines.count > 1
      ? " (\(Problem.counts(critical: critical, warnings: warnings))"
        + (areWarnings || omitted == 0 ? "" : ", \(omitted) more") + ")" : ""
    var text = "OCEANID\(what) \(word(verdict)) - \(plain(first + more))"
    if !data.isEmpty { text += " | \(data.joined(separator: " "))" }
    for (problem, headline) in zip(problems, headlines) {
      text += "\n\(problem.severity.rawValue): \(plain(headline)); \(steps(problem))"
    }
    let rest = problems.count - headlines.count + omitted
    if rest > 0 { text += "\nand \(rest.of("more problem")): oceanid-ctl status -o wide" }
    return text + "\n"
  }

  /// The line for a guard that cannot be reached.
  package static func text(_ reason: String, section: Section?) -> String {
    let what = section.map { " \($0.rawValue.uppercased())" } ?? ""
    return "OCEANID\(what) UNKNOWN - \(plain(reason))\n"
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
    _ status: StatusDocument, _ section: Section?, _ verdict: Verdict, _ now: Timestamp
  ) -> String {
    guard let section, !status.clusters.isEmpty else { return status.summary }
    let clusters = status.clusters.filter(section.isPart)
    guard !clusters.isEmpty else { return "no pipeline is configured" }
    return clusters.map { cluster in
      let text =
        switch section {
        case .tunnel: TunnelWords.state(cluster.tunnel, now).text
        case .nodes:
          counted(
            cluster.nodes.count(where: \.isReady) + (cluster.omitted?.nodes?.ready ?? 0),
            of: cluster.nodeVerdicts.count + cluster.missingNodes(among: status.problems).count,
            "nodes Ready", cluster)
        case .flux:
          counted(
            cluster.flux.objects.count(where: \.isOrWasHealthy) + (cluster.omitted?.flux?.ready ?? 0),
            of: cluster.fluxVerdicts.count,
            "objects healthy", cluster)
        case .images:
          upToDate(cluster)
        case .pipeline: cluster.pipeline.map { PipelineWords.summary($0, now) } ?? ""
        }
      return "\(cluster.name): \(text)"
    }.joined(separator: "; ")
  }

  private static func counted(_ good: Int, of all: Int, _ what: String, _ cluster: ClusterDocument) -> String
  {
    guard cluster.poll.ok != true else { return "\(good) of \(all) \(what)" }
    return cluster.poll.seenAt == nil ? "no successful poll yet" : "\(good) of \(all) \(what) when last seen"
  }

  /// Without a successful poll, there is no last known state, because the lag of policies is not saved.
  private static func upToDate(_ cluster: ClusterDocument) -> String {
    let policies = cluster.images.policies
    let omitted = cluster.omitted?.policies
    let unknown = policies.count { $0.behind == nil && !$0.isUnused } + (omitted?.undecided ?? 0)
    if unknown > 0, unknown == policies.count + (omitted?.count ?? 0) {
      return "unknown whether \(unknown.of("policy is", plural: "policies are")) up to date"
    }
    return counted(
      policies.count { $0.behind == false } + (omitted?.current ?? 0),
      of: policies.count { !$0.isUnused } + (omitted.map { $0.count - $0.unused } ?? 0),
      "policies up to date", cluster)
      + (unknown > 0 ? ", \(unknown) unknown" : "")
  }

  private static func figures(
    _ cluster: ClusterDocument, section: Section?, among problems: [ProblemDocument], now: Timestamp
  ) -> [(label: String, value: String)] {
    var figures: [(label: String, value: String)] = []
    if section == nil || section == .tunnel {
      if let roundTrip = cluster.tunnel.roundTripMs {
        figures.append(("rtt", "\(roundTrip.rounded(toPlaces: 3))ms;;;0"))
      }
      figures.append(("reconnects", "\(cluster.tunnel.reconnects)c"))
      figures.append(("connections", "\(cluster.tunnel.openConnections);;;0"))
    }
    if section?.comesFromPolls != false, let seenAt = cluster.poll.seenAt {
      figures.append(("age", "\(max(0, (now - seenAt).inSeconds).rounded(toPlaces: 1))s;;;0"))
    }
    func count(_ label: String, _ number: Int, of total: Int, isKnown: Bool) {
      // Without a successful poll, the number is unknown, because it may have changed since an outage began
      // or a list was refused. The guidelines define the value U for that.
      let value = cluster.poll.ok == true && isKnown ? "\(number)" : "U"
      if total > 0 { figures.append((label, "\(value);;;0;\(total)")) }
    }
    if section == nil || section == .nodes {
      let verdicts = cluster.nodeVerdicts
      let missing = cluster.missingNodes(among: problems).count
      count(
        "nodes_ready",
        cluster.nodes.count(where: \.isReady) + (cluster.omitted?.nodes?.ready ?? 0),
        of: verdicts.count + missing, isKnown: !verdicts.contains(.unknown))
    }
    if section == nil || section == .flux {
      let verdicts = cluster.fluxVerdicts
      count(
        "flux_healthy", verdicts.count { $0 == .healthy }, of: verdicts.count,
        isKnown: !verdicts.contains(.unknown))
    }
    if section == nil || section == .images {
      let policies = cluster.images.policies
      let omitted = cluster.omitted?.policies
      count(
        "images_behind", policies.count { $0.behind == true } + (omitted?.behindOrHeld ?? 0),
        of: policies.count + (omitted?.count ?? 0),
        isKnown: policies.allSatisfy { $0.verdict != .unknown && ($0.behind != nil || $0.isUnused) }
          && omitted.map { $0.unknown == 0 && $0.undecided == 0 } ?? true)
    }
    if section == nil || section == .pipeline, let stages = cluster.pipeline?.stages, !stages.isEmpty {
      let isKnown = stages.allSatisfy { $0.state != .unknown }
      let late = stages.count { $0.state != .current }
      figures.append(("stages_not_current", "\(isKnown ? "\(late)" : "U");;;0;\(stages.count)"))
    }
    return figures
  }

  /// The note, then the command, which is the rest of the line, so that it can be pasted.
  private static func steps(_ problem: ProblemDocument) -> String {
    let step = problem.step
    // A changed command would be another one.
    let command = step.command.map { plain($0) == $0 ? $0 : "oceanid-ctl status" }
    return [
      step.note.map { "\(command == nil ? "next" : "note"): \(plain($0))" }, command.map { "next: \($0)" },
    ]
    .compactMap(\.self).joined(separator: "; ")
  }

  /// One line without the character that starts the performance data.
  private static func plain(_ text: String) -> String {
    text.singleLine.escaping(["|": "/"])
  }

  /// Labels with blanks, quotes or equal signs need quotes, and a quote inside is doubled.
  private static func quoted(_ label: String) -> String {
    if label.allSatisfy({ $0.isLetter || $0.isNumber || "._-".contains($0) }) { return label }
    return "'\(label.singleLine.escaping(["'": "''"]))'"
  }
}
