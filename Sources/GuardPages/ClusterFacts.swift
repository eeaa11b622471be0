package import GuardAPI
package import GuardTerminal
package import GuardTypes
package import Health

/// The block of one cluster: one line per part, with a mark for its verdict. Each part depends on those above it.
package enum ClusterFacts {
  private static let margin = 9

  /// A part of the cluster.
  private struct Fact {
    let verdict: Verdict
    let text: String

    init(_ verdict: Verdict, _ text: String) {
      self.verdict = verdict
      self.text = text
    }
  }

  /// A part with its name, and its texts, one per line.
  package struct Row {
    package let label: String
    package let verdict: Verdict
    package let texts: [Span]
  }

  /// - Parameter problems: the problems of all clusters.
  package static func rows(_ cluster: ClusterDocument, among problems: [ProblemDocument], _ now: Timestamp)
    -> [Row]
  {
    let details = problems.filter { $0.cluster == cluster.name }.map(\.detail)
    // The detail of a problem may be shortened.
    func isExplained(_ message: String?) -> Bool {
      message.map { message in details.contains { $0.contains(message.prefix(40)) } } ?? false
    }
    let tunnel = Row(
      label: "Tunnel", verdict: cluster.tunnel.verdict,
      texts: TunnelWords.lines(
        cluster.tunnel, isExplained: isExplained(cluster.tunnel.lastError?.message), now))
    let facts = [
      ("API", api(cluster, isExplained: isExplained(cluster.poll.error?.message), now)),
      ("Nodes", nodes(cluster, problems, now)),
      ("Flux", flux(cluster, now)),
      ("Images", images(cluster, now)), ("Others", others(cluster, now)),
      ("Pipeline", pipeline(cluster, now)),
    ]
    return [tunnel]
      + facts.compactMap { label, fact in
        fact.map {
          let style: Style = $0.verdict == .healthy ? .plain : $0.verdict.style
          return Row(label: label, verdict: $0.verdict, texts: [Span($0.text, style)])
        }
      }
  }

  /// - Parameter problems: the problems of all clusters.
  package static func lines(
    _ cluster: ClusterDocument, among problems: [ProblemDocument], _ terminal: Terminal
  ) -> [Line] {
    rows(cluster, among: problems, terminal.now).flatMap { row in
      row.texts.prefix(1).flatMap { self.row(row.label, row.verdict, $0, terminal) }
        + row.texts.dropFirst().flatMap { terminal.labeled("", margin: margin, $0) }
    }
  }

  /// The mark is in the indentation.
  private static func row(_ label: String, _ verdict: Verdict, _ text: Span, _ terminal: Terminal) -> [Line] {
    var lines = terminal.labeled(label, margin: margin, text)
    if !lines.isEmpty { lines[0].spans.replaceSubrange(0..<1, with: [terminal.mark(verdict), Span(" ")]) }
    return lines
  }

  /// - Parameter isExplained: true if a problem has the text of the error.
  private static func api(_ cluster: ClusterDocument, isExplained: Bool, _ now: Timestamp) -> Fact {
    let poll = cluster.poll
    if let error = poll.error {
      // If the tunnel is down, the line above has the reason.
      if error.code == PollErrorCode.tunnelDown.rawValue {
        // The tunnel is up again, and no poll has ended since.
        if cluster.tunnel.state == .up {
          return Fact(.unknown, "waiting for the next poll" + lastSeen(poll, now))
        }
        return Fact(.unknown, "unreachable without the tunnel" + lastSeen(poll, now))
      }
      let detail = error.message.isEmpty || isExplained ? "" : ": \(error.message)"
      return Fact(.critical, "\(error.code)\(detail)\(lastSeen(poll, now))")
    }
    guard let at = poll.at else { return Fact(.unknown, "waiting for the first poll") }
    let version = cluster.api.version ?? "version unknown"
    let took = poll.durationMs.map { " (\($0) ms)" } ?? ""
    let age = at.relative(to: now)
    let polled = "polled \(age == "now" ? "just now" : age)\(took)"
    switch cluster.api.ready {
    case true?: return Fact(.healthy, "\(version) ready, \(polled)")
    case false?: return Fact(.critical, "\(version) NOT READY (/readyz), \(polled)")
    case nil: return Fact(.unknown, "\(version), readiness unknown, \(polled)")
    }
  }

  private static func lastSeen(_ poll: PollDocument, _ now: Timestamp) -> String {
    poll.seenAt.map { "; last polled \($0.since(now))" } ?? "; no successful poll yet"
  }

  private static func nodes(
    _ cluster: ClusterDocument, _ problems: [ProblemDocument], _ now: Timestamp
  ) -> Fact? {
    let missing = cluster.missingNodes(among: problems)
    let verdicts = cluster.nodeVerdicts + missing.map { _ in .critical }
    guard !verdicts.isEmpty else {
      guard cluster.poll.ok == true else { return nil }
      let isRefused = !Section.nodes.gaps(of: cluster, among: problems).isEmpty
      let code = ProblemCode.node(.noNodes).rawValue
      let hasNone = problems.contains { $0.cluster == cluster.name && $0.code == code }
      return isRefused ? Fact(.unknown, "unknown") : Fact(hasNone ? .critical : .degraded, "none seen")
    }
    let omitted = cluster.omitted?.nodes
    let ready = cluster.nodes.count(where: \.isReady) + (omitted?.ready ?? 0)
    let bad = cluster.nodes.filter { !$0.isReady || $0.verdict.isWrong }
    var text = "\(ready) of \(verdicts.count) Ready"
    if !bad.isEmpty {
      text += "; \(list(bad.map { "\($0.name) \($0.status)" }, omitted: omitted?.wrong))"
    } else if cluster.poll.ok == true, !verdicts.areUnknown, ready > 0 {
      let names = cluster.nodes.map { $0.status == "Ready" ? $0.name : "\($0.name) \($0.status)" }
      text += ": \(list(names, omitted: omitted?.count))"
    }
    if !missing.isEmpty { text += "; missing: \(list(missing))" }
    return counted(text, verdicts, cluster, now)
  }

  private static func flux(_ cluster: ClusterDocument, _ now: Timestamp) -> Fact? {
    let flux = cluster.flux
    if flux.installed == false { return Fact(.healthy, "not installed") }
    guard !flux.objects.isEmpty else {
      return flux.installed == true ? Fact(.healthy, "\(flux.version ?? "installed"), no objects") : nil
    }
    let version = flux.version.map { "\($0), " } ?? ""
    let verdicts = cluster.fluxVerdicts
    let omitted = cluster.omitted?.flux
    let good =
      verdicts.areUnknown
      ? flux.objects.count(where: \.isOrWasHealthy) + (omitted?.ready ?? 0)
      : verdicts.count { $0 == .healthy }
    let suspended = flux.objects.count(where: \.suspended) + (omitted?.suspended ?? 0)
    let bad = flux.objects.filter(\.verdict.isWrong)
    let unknown = verdicts.count { $0 == .unknown }
    var text = "\(version)\(good) of \(verdicts.count.of("object")) healthy"
    if !bad.isEmpty {
      let names = bad.map { "\($0.kind.lowercased())/\($0.name) \($0.state)" }
      text += "; " + list(names, omitted: omitted?.wrong)
    }
    if suspended > 0 { text += "; \(suspended) suspended" }
    if unknown > 0, !verdicts.areUnknown { text += "; \(unknown) unknown" }
    return counted(text, verdicts, cluster, now)
  }

  private static func images(_ cluster: ClusterDocument, _ now: Timestamp) -> Fact? {
    let images = cluster.images
    let verdicts = cluster.imageVerdicts
    let omitted = cluster.omitted?.policies
    let (omittedRepositories, omittedAutomations) = (
      cluster.omitted?.repositories, cluster.omitted?.automations
    )
    guard !verdicts.isEmpty else { return nil }
    let behind = images.policies.filter { $0.behind == true }
    let bad = images.policies.filter { $0.behind != true && $0.verdict.isWrong }
    let unused = images.policies.filter { $0.isUnused && !$0.verdict.isWrong }
    let unknown = images.policies.filter { $0.behind == nil && !$0.isUnused && !$0.verdict.isWrong }
    func rest(_ isMeant: (Verdict) -> Bool) -> [String] {
      images.repositories.filter { isMeant($0.verdict) }.map(\.name)
        + images.automations.filter { isMeant($0.verdict) }.map(\.name)
    }
    let (badRest, unknownRest) = (rest(\.isWrong), rest { $0 == .unknown })
    let omittedRest = { (count: KeyPath<OmittedRowsDocument, Int>) in
      (omittedRepositories?[keyPath: count] ?? 0) + (omittedAutomations?[keyPath: count] ?? 0)
    }
    var text = (images.policies.count + (omitted?.count ?? 0)).of("policy", plural: "policies")
    let isNoneBehind =
      images.policies.allSatisfy { $0.behind == false || $0.isUnused }
      && omitted.map { $0.behindOrHeld == 0 && $0.undecided == 0 && $0.wrong == 0 } ?? true
    if isNoneBehind && bad.isEmpty && badRest.isEmpty && omittedRest(\.wrong) == 0 {
      text += ", all images current"
    }
    let held = behind.filter { $0.stuckAt == "held" || $0.stuckAt == "review" }.map(\.name)
    let late = behind.map(\.name).filter { !held.contains($0) }
    if late.count + (omitted?.behind ?? 0) > 0 { text += "; behind: \(list(late, omitted: omitted?.behind))" }
    if held.count + (omitted?.held ?? 0) > 0 {
      text += "; held manually: \(list(held, omitted: omitted?.held))"
    }
    if !unused.isEmpty { text += "; not running: \(list(unused.map(\.name), omitted: omitted?.unused))" }
    if bad.count + (omitted?.wrong ?? 0) > 0 {
      text += "; failing: \(list(bad.map(\.name), omitted: omitted?.wrong))"
    }
    if !badRest.isEmpty {
      text += "; scan or update failing: \(list(badRest, omitted: omittedRest(\.wrong)))"
    }
    if !verdicts.areUnknown {
      if !unknown.isEmpty { text += "; unknown: \(list(unknown.map(\.name), omitted: omitted?.undecided))" }
      if !unknownRest.isEmpty {
        text += "; scan or update unknown: \(list(unknownRest, omitted: omittedRest(\.unknown)))"
      }
    }
    return counted(text, verdicts, cluster, now)
  }

  private static func others(_ cluster: ClusterDocument, _ now: Timestamp) -> Fact? {
    var parts: [String] = []
    func count(_ noun: String, _ verdicts: [Verdict], _ word: String = "healthy") {
      guard !verdicts.isEmpty else { return }
      let all = verdicts.count.of(noun)
      // The states are old.
      if cluster.poll.ok != true { return parts.append(all) }
      if verdicts.areUnknown { return parts.append("\(all) unknown") }
      let unknown = verdicts.count { $0 == .unknown }
      parts.append(
        "\(verdicts.count { $0 == .healthy }) of \(all) \(word)"
          + (unknown > 0 ? " (\(unknown) unknown)" : ""))
    }
    let (workloads, certificates, stacks) = (
      cluster.workloadVerdicts, cluster.certificateVerdicts, cluster.stackVerdicts
    )
    count("workload", workloads)
    count("certificate", certificates)
    count("stack", stacks)
    let secrets: [Verdict] = cluster.secrets.map {
      $0.present.map { present in present ? .healthy : .critical } ?? .unknown
    }
    count("secret", secrets, "present")
    guard cluster.poll.ok == true else {
      return parts.isEmpty ? nil : counted(parts.joined(separator: ", "), [], cluster, now)
    }
    let pods = pods(cluster.pods)
    parts += pods.map { [$0] } ?? []
    guard !parts.isEmpty else { return nil }
    let verdicts =
      (pods == nil ? [] : [.degraded]) + workloads + certificates + stacks + secrets
    return Fact(worst(verdicts), parts.joined(separator: ", "))
  }

  private static func pipeline(_ cluster: ClusterDocument, _ now: Timestamp) -> Fact? {
    cluster.pipeline.map { Fact($0.verdict, PipelineWords.summary($0, now)) }
  }

  private static func pods(_ pods: PodsDocument?) -> String? {
    guard let pods else { return nil }
    let counts = [
      (pods.crashLooping, "crash-looping"), (pods.pending, "not starting"), (pods.notReady, "not ready"),
      (pods.terminating, "not terminating"), (pods.failed, "failed"),
    ].filter { $0.0 > 0 }
    guard !counts.isEmpty else { return nil }
    return counts.map { "\($0.0) \($0.1)" }.joined(separator: " and ") + " of \(pods.total.of("pod"))"
  }

  /// The counts with the worst verdict, marked as old if the last poll failed.
  private static func counted(
    _ text: String, _ verdicts: [Verdict], _ cluster: ClusterDocument, _ now: Timestamp
  ) -> Fact {
    if cluster.poll.ok != true {
      let when = cluster.poll.seenAt.map { " (\((now - $0).asAge) ago)" } ?? ""
      return Fact(.unknown, "unknown; \(text)\(when)")
    }
    // The request for this list failed. The document does not say when the last one succeeded.
    if verdicts.areUnknown { return Fact(.unknown, "unknown; last seen: \(text)") }
    return Fact(worst(verdicts), text)
  }

  private static func worst(_ verdicts: [Verdict]) -> Verdict {
    verdicts.reduce(.healthy) { $0.combined(with: $1) }
  }

  /// - Parameter omitted: the number of further names, which the document does not contain.
  private static func list(_ names: [String], omitted: Int? = nil) -> String {
    let total = names.count + (omitted ?? 0)
    guard !names.isEmpty else { return "\(total)" }
    return total <= 4 && total == names.count
      ? names.joined(separator: ", ")
      : "\(names.prefix(3).joined(separator: ", ")) and \(total - min(3, names.count)) more"
  }
}

extension OmittedRowsDocument {
  var behindOrHeld: Int { behind + held }

  /// Image policies of which it is not known whether they are behind.
  var undecided: Int { max(0, count - behind - held - unused - current) }
}

extension ImagePolicyDocument {
  /// True if all objects that may run the image are known, and none runs it.
  package var isUnused: Bool { behind == nil && running?.isEmpty == true }
}

extension FluxObjectDocument {
  /// True if it is healthy, or was healthy when last seen and its state is now unknown.
  package var isOrWasHealthy: Bool { verdict == .healthy || (verdict == .unknown && ready == .isTrue) }

  /// One word for a line of text.
  package var state: String { suspended ? "suspended" : reason.isEmpty ? status.rawValue : reason }
}
