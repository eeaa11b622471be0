internal import GuardTypes

/// The one-line summary of a cluster.
enum Summary {
  static func line(_ judgement: Judgement, _ verdict: Verdict, _ problems: [Problem]) -> String {
    if let first = problems.first {
      guard problems.count > 1 else { return first.title }
      let critical = problems.count { $0.severity == .critical }
      return first.title + "; "
        + Problem.counts(critical: critical, warnings: problems.count - critical)
    }
    if !judgement.isStarting, verdict == .unknown, let part = judgement.firstUnreadPart {
      return "\(part) can't be read just now"
    }
    if judgement.isStarting || verdict == .unknown {
      let tunnel = judgement.observation.tunnel
      return tunnel.state == .up
        ? "waiting for the first answer of the cluster" : "connecting to \(tunnel.host)"
    }
    let ready = judgement.nodes.count { $0.status.hasPrefix("Ready") }
    var parts = ["\(ready)/\(judgement.nodes.count) nodes Ready"]
    if judgement.isFluxInstalled == true {
      parts.append("Flux \(judgement.flux.count { $0.verdict == .healthy })/\(judgement.flux.count)")
    }
    if !judgement.policies.isEmpty {
      parts.append("images \(judgement.policies.count { $0.isBehind == true }) behind")
    }
    return parts.joined(separator: ", ")
  }
}
