internal import Pipeline
internal import PipelineSources

/// Reads the state of the stack.
struct StackReader {
  let pool: String?

  /// - Throws: `SourceFailure` if the deployments can't be read. What else can't be read is left out.
  func read(_ client: PulumiClient) throws(SourceFailure) -> StackFacts {
    let list = try client.deployments()
    let state = optional { () throws(SourceFailure) in try client.state() }
    let update = optional { () throws(SourceFailure) in try client.latestUpdate() }
    // A pool that is not listed has had no agent for so long that Pulumi dropped it.
    let agents = pool.flatMap { name in
      optional { () throws(SourceFailure) in
        try client.pool(name) ?? AgentPool(name: name, isOnline: false, isListed: false)
      }
    }
    return StackFacts(
      deployments: list.deployments, isWhole: list.isWhole, state: state, latestUpdate: update ?? nil,
      pool: agents)
  }

  private func optional<Value>(_ ask: () throws(SourceFailure) -> Value) -> Value? {
    do throws(SourceFailure) { return try ask() } catch { return nil }
  }
}
