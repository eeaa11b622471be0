import GuardAPI
import GuardTerminal
import GuardTypes
import Health

/// The block of one cluster: one line per part. Each part depends on those above it.
enum ClusterFacts {
  private static let margin = 9

  /// - Parameter problems: the problems of all clusters.
  static func lines(
    _ cluster: ClusterDocument, among problems: [ProblemDocument], _ terminal: Terminal
  ) -> [Line] {
    let now = terminal.now
    var facts: [(label: String, text: Span)] = []
    for (index, text) in TunnelWords.lines(cluster.tunnel, now).enumerated() {
      facts.append((index == 0 ? "Tunnel" : "", text))
    }
    facts.append(("API", api(cluster, now)))
    if let nodes = nodes(cluster, problems, now) { facts.append(("Nodes", nodes)) }
    if let flux = flux(cluster, now) { facts.append(("Flux", flux)) }
    if let images = images(cluster, now) { facts.append(("Images", images)) }
    if let others = others(cluster) { facts.append(("Others", others)) }
    return facts.flatMap { terminal.labelled($0.label, margin: margin, $0.text) }
  }

  private static func api(_ cluster: ClusterDocument, _ now: Timestamp) -> Span {
    let poll = cluster.poll
    if let error = poll.error {
      // If the tunnel is down, the line above has the reason.
      if error.code == PollErrorCode.tunnelDown.rawValue {
        // The tunnel is up again, and no poll has ended since.
        if cluster.tunnel.state == .up {
          return Span("waiting for the next poll" + lastSeen(poll, now), .warning)
        }
        return Span("unreachable while the tunnel is down" + lastSeen(poll, now), .warning)
      }
      let detail = error.message.isEmpty ? "" : ": \(error.message)"
      return Span("\(error.code)\(detail)\(lastSeen(poll, now))", .bad)
    }
    guard let at = poll.at else { return Span("waiting for the first poll", .warning) }
    let version = cluster.api.version ?? "version unknown"
    let took = poll.durationMs.map { " (\($0) ms)" } ?? ""
    let age = at.relative(to: now)
    let polled = "polled \(age == "now" ? "just now" : age)\(took)"
    switch cluster.api.ready {
    case true?: return Span("\(version) ready, \(polled)")
    case false?: return Span("\(version) NOT READY (/readyz), \(polled)", .bad)
    case nil: return Span("\(version), \(polled)")
    }
  }

  private static func lastSeen(_ poll: PollDocument, _ now: Timestamp) -> String {
    poll.seenAt.map { "; last successful poll \($0.since(now))" } ?? "; no successful poll yet"
  }

  private static func nodes(
    _ cluster: ClusterDocument, _ problems: [ProblemDocument], _ now: Timestamp
  ) -> Span? {
    let missing = cluster.missingNodes(among: problems)
    let verdicts = cluster.nodes.map(\.verdict) + missing.map { _ in .critical }
    guard !verdicts.isEmpty else {
      guard cluster.poll.ok == true else { return nil }
      let isRefused = !Section.nodes.gaps(of: cluster, among: problems).isEmpty
      return Span(isRefused ? "unknown" : "none seen", .warning)
    }
    let ready = cluster.nodes.filter(\.isReady)
    let bad = cluster.nodes.filter { !$0.isReady || $0.verdict.isWrong }
    var text = "\(ready.count) of \(verdicts.count) Ready"
    if !bad.isEmpty {
      text += "; \(list(bad.map { "\($0.name) \($0.status)" }))"
    } else if cluster.poll.ok == true, !verdicts.areUnknown, !ready.isEmpty {
      text += ": \(list(cluster.nodes.map { $0.status == "Ready" ? $0.name : "\($0.name) \($0.status)" }))"
    }
    if !missing.isEmpty { text += "; missing: \(list(missing))" }
    return counted(text, verdicts, cluster, now)
  }

  private static func flux(_ cluster: ClusterDocument, _ now: Timestamp) -> Span? {
    let flux = cluster.flux
    if flux.installed == false { return Span("not installed") }
    guard !flux.objects.isEmpty else {
      return flux.installed == true ? Span("\(flux.version ?? "installed"), no objects") : nil
    }
    let version = flux.version.map { "\($0), " } ?? ""
    let verdicts = flux.objects.map(\.verdict)
    let good = flux.objects.filter { verdicts.areUnknown ? $0.isOrWasHealthy : $0.verdict == .healthy }
    let suspended = flux.objects.filter(\.suspended)
    let bad = flux.objects.filter(\.verdict.isWrong)
    let unknown = verdicts.count { $0 == .unknown }
    var text = "\(version)\(good.count) of \(flux.objects.count.of("object")) healthy"
    if !bad.isEmpty { text += "; " + list(bad.map { "\($0.kind.lowercased())/\($0.name) \($0.state)" }) }
    if !suspended.isEmpty { text += "; \(suspended.count) suspended" }
    if unknown > 0, !verdicts.areUnknown { text += "; \(unknown) unknown" }
    return counted(text, verdicts, cluster, now)
  }

  private static func images(_ cluster: ClusterDocument, _ now: Timestamp) -> Span? {
    let images = cluster.images
    let verdicts = images.verdicts
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
    var text = images.policies.count.of("policy", plural: "policies")
    let isNoneBehind = images.policies.allSatisfy { $0.behind == false || $0.isUnused }
    if isNoneBehind && bad.isEmpty && badRest.isEmpty { text += ", all images current" }
    let held = behind.filter { $0.stuckAt == "held" || $0.stuckAt == "review" }.map(\.name)
    let late = behind.map(\.name).filter { !held.contains($0) }
    if !late.isEmpty { text += "; behind: \(list(late))" }
    if !held.isEmpty { text += "; held manually: \(list(held))" }
    if !unused.isEmpty { text += "; not running: \(list(unused.map(\.name)))" }
    if !bad.isEmpty { text += "; failing: \(list(bad.map(\.name)))" }
    if !badRest.isEmpty { text += "; scan or update failing: \(list(badRest))" }
    if !verdicts.areUnknown {
      if !unknown.isEmpty { text += "; unknown: \(list(unknown.map(\.name)))" }
      if !unknownRest.isEmpty { text += "; scan or update unknown: \(list(unknownRest))" }
    }
    return counted(text, verdicts, cluster, now)
  }

  private static func others(_ cluster: ClusterDocument) -> Span? {
    // Without a successful poll, the line of the nodes already shows that the state is unknown.
    guard cluster.poll.ok == true else { return nil }
    var parts: [String] = []
    func count(_ noun: String, _ verdicts: [Verdict], _ word: String = "healthy") {
      guard !verdicts.isEmpty else { return }
      let all = verdicts.count.of(noun)
      if verdicts.areUnknown { return parts.append("\(all) unknown") }
      let unknown = verdicts.count { $0 == .unknown }
      parts.append(
        "\(verdicts.count { $0 == .healthy }) of \(all) \(word)"
          + (unknown > 0 ? " (\(unknown) unknown)" : ""))
    }
    count("workload", cluster.workloads.map(\.verdict))
    count("certificate", cluster.certificates.map(\.verdict))
    count("stack", cluster.stacks.map(\.verdict))
    let secrets: [Verdict] = cluster.secrets.map {
      $0.present.map { present in present ? .healthy : .critical } ?? .unknown
    }
    count("secret", secrets, "present")
    let pods = pods(cluster.pods)
    parts += pods.map { [$0] } ?? []
    guard !parts.isEmpty else { return nil }
    let verdicts =
      (pods == nil ? [] : [.degraded]) + cluster.workloads.map(\.verdict)
      + cluster.certificates.map(\.verdict) + cluster.stacks.map(\.verdict)
      + secrets
    return Span(parts.joined(separator: ", "), style(verdicts))
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

  /// The counts in the colour of the worst verdict, marked as old if the last poll failed.
  private static func counted(
    _ text: String, _ verdicts: [Verdict], _ cluster: ClusterDocument, _ now: Timestamp
  ) -> Span {
    if cluster.poll.ok != true {
      let when = cluster.poll.seenAt.map { " (\((now - $0).asAge) ago)" } ?? ""
      return Span("unknown; \(text)\(when)", .warning)
    }
    // The request for this list failed. The document does not say when the last one succeeded.
    if verdicts.areUnknown { return Span("unknown; last seen: \(text)", .warning) }
    return Span(text, style(verdicts))
  }

  private static func style(_ verdicts: [Verdict]) -> Style {
    let worst = verdicts.reduce(Verdict.healthy) { $0.combined(with: $1) }
    return worst == .healthy ? .plain : worst.style
  }

  private static func list(_ names: [String]) -> String {
    names.count <= 4
      ? names.joined(separator: ", ")
      : "\(names.prefix(3).joined(separator: ", ")) and \(names.count - 3) more"
  }
}

extension NodeDocument {
  var isReady: Bool { status == "Ready" || status.hasPrefix("Ready,") }
}

extension ImagePolicyDocument {
  /// True if all objects that may run the image are known, and none runs it.
  var isUnused: Bool { behind == nil && running?.isEmpty == true }
}

extension FluxObjectDocument {
  /// True if it is healthy, or was healthy when last seen and its state is now unknown.
  var isOrWasHealthy: Bool { verdict == .healthy || (verdict == .unknown && ready == .isTrue) }

  /// One word for a line of text.
  var state: String { suspended ? "suspended" : reason.isEmpty ? status.rawValue : reason }
}
