internal import Health
internal import Pipeline
internal import PipelineSources

/// Reads the state of the stack.
struct StackReader {
  let pool: String?

  /// - Returns: the facts, and why some of them are missing.
  /// - Throws: `SourceFailure` if the deployments can't be read.
  func read(_ client: PulumiClient) throws(SourceFailure) -> (facts: StackFacts, gaps: [SourceFailure]) {
    let list = try client.deployments()
    var gaps: [SourceFailure] = []
    let state = detail(&gaps) { () throws(SourceFailure) in try client.state() }
    let update = detail(&gaps) { () throws(SourceFailure) in try client.latestUpdate() }
    var agents: AgentPool??
    if let pool {
      agents = detail(&gaps) { () throws(SourceFailure) in try client.pool(pool) }
      if case .some(nil) = agents {
        // Pulumi no longer lists a pool whose agents were away for a week.
        gaps.append(
          SourceFailure(
            .missing,
            "Pulumi Cloud lists no agent pool \(pool): the name is wrong, or its agents were away for long",
            step: NextStep(note: "compare 'agentPool' in guard.yaml, and start an agent of the pool")))
      }
    }
    return (
      StackFacts(
        deployments: list.deployments, isWhole: list.isWhole, state: state, latestUpdate: update ?? nil,
        pool: agents ?? nil), gaps
    )
  }
}
