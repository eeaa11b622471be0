internal import GuardTypes

/// The one-line summary of a cluster.
enum Summary {
  static func line(_ evaluation: Evaluation, _ verdict: Verdict, _ problems: [Problem]) -> String {
    if let line = line(problems) { return line }
    if !evaluation.isStarting, verdict == .unknown, let part = evaluation.firstUnreadPart {
      return "\(part) can't be read just now"
    }
    if evaluation.isStarting || verdict == .unknown {
      let tunnel = evaluation.observation.tunnel
      return tunnel.state == .up
        ? "waiting for the first answer of the cluster" : "connecting to \(tunnel.host)"
    }
    let ready = evaluation.nodes.count { $0.status.hasPrefix("Ready") }
    var parts = ["\(ready)/\(evaluation.nodes.count) nodes Ready"]
    if evaluation.isFluxInstalled == true {
      parts.append("Flux \(evaluation.flux.count { $0.verdict == .healthy })/\(evaluation.flux.count)")
    }
    if let part = images(evaluation.policies) { parts.append(part) }
    return parts.joined(separator: ", ")
  }

  /// The first problem and the number of all; nil if there is none.
  static func line(_ problems: [Problem]) -> String? {
    guard let first = problems.first else { return nil }
    guard problems.count > 1 else { return first.title }
    let critical = problems.count { $0.severity == .critical }
    return first.title + "; " + Problem.counts(critical: critical, warnings: problems.count - critical)
  }

  /// nil without policies, and if it is unknown whether an image is current. A policy whose image no workload runs is
  /// not behind.
  private static func images(_ policies: [ImagePolicyReport]) -> String? {
    let behind = policies.count { $0.isBehind == true }
    if behind > 0 { return behind == 1 ? "1 image behind" : "\(behind) images behind" }
    let areCurrent = policies.allSatisfy { $0.isBehind == false || $0.running?.isEmpty == true }
    return areCurrent && !policies.isEmpty ? "all images current" : nil
  }
}
