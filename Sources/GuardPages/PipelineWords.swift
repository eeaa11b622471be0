package import GuardAPI
import GuardTerminal
package import GuardTypes
package import Health

/// The words for a pipeline in one line.
package enum PipelineWords {
  /// For example `main 8f3c1a2b, 5 of 6 stages current; cloud failed; the token for github expires in 2d`.
  package static func summary(_ pipeline: PipelineDocument, _ now: Timestamp) -> String {
    let branch = pipeline.branch ?? ""
    let head = pipeline.head.map { $0.sha.withShortHashes } ?? ""
    let name = [branch, head].filter { !$0.isEmpty }.joined(separator: " ")
    let current = pipeline.stages.count { $0.state == .current }
    let stages = "\(current) of \(pipeline.stages.count.of("stage")) current"
    let parts =
      [[name, pipeline.stages.isEmpty ? "" : stages].filter { !$0.isEmpty }.joined(separator: ", ")]
      + late(pipeline.stages) + pipeline.sources.compactMap { source($0, now) } + markers(pipeline.markers)
    let text = parts.filter { !$0.isEmpty }.joined(separator: "; ")
    return text.isEmpty ? "waiting for the first answers" : text
  }

  /// The stages that do not run the newest commit, the worst first, each state once: `failed: cloud, cluster`.
  private static func late(_ stages: [PipelineDocument.Stage]) -> [String] {
    let order: [StageState] = [
      .failed, .stopped, .diverged, .waiting, .behind, .running, .unknown,
    ]
    return order.compactMap { state in
      let names = stages.filter { $0.state == state }.map(\.id)
      guard !names.isEmpty else { return nil }
      let more = names.count > 3 ? " and \(names.count - 2) more" : ""
      let shown = names.count > 3 ? names.prefix(2) : names[...]
      return "\(word(state)): \(shown.joined(separator: ", "))\(more)"
    }
  }

  package static func word(_ state: StageState) -> String {
    switch state {
    case .current: "current"
    case .behind: "behind"
    case .running: "deploying"
    case .waiting: "waiting"
    case .failed: "failed"
    case .stopped: "stopped"
    case .diverged: "diverged"
    case .unknown: "unknown"
    }
  }

  /// A warning about a source: it does not answer, or its token expires. nil if there is none.
  private static func source(_ source: PipelineDocument.Source, _ now: Timestamp) -> String? {
    switch source.state {
    case "ok":
      guard let end = source.tokenExpires, end - now < .seconds(14 * 86_400) else { return nil }
      return "the token for \(source.name) \(expiry(end, now))"
    case "waiting": return nil
    default: return "\(source.name) \(source.state)"
    }
  }

  /// `expires in 2d`, `expired 3h ago`
  package static func expiry(_ end: Timestamp, _ now: Timestamp) -> String {
    "\(end > now ? "expires" : "expired") \(end.relative(to: now))"
  }

  private static func markers(_ markers: [PipelineDocument.Marker]) -> [String] {
    let bad = markers.count(where: \.isFaulty)
    return bad == 0 ? [] : ["\(bad) of \(markers.count.of("image marker")) wrong"]
  }
}

extension PipelineDocument.Marker {
  /// False also while the automation has time to write, and while people merge or a rollout goes on.
  package var isFaulty: Bool { !["good", "pending", "review", "rollout"].contains(state) }
}
