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
    // A pool that is not listed has had no agent for so long that Pulumi dropped it.
    let agents = pool.flatMap { name in
      detail(&gaps) { () throws(SourceFailure) in
        try client.pool(name) ?? AgentPool(name: name, isOnline: false, isListed: false)
      }
    }
    return (
      StackFacts(
        deployments: list.deployments, isWhole: list.isWhole, state: state, latestUpdate: update ?? nil,
        pool: agents), gaps
    )
  }
}
