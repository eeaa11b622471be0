internal import GuardAPI
internal import Health
internal import Pipeline

extension FindingDocument {
  /// The step that reads a source of the pipeline: the token, its rights, and the names in guard.yaml. One finding for
  /// each request that has no answer.
  static func findings(_ source: PipelineKnowledge.Source, of cluster: String) -> [FindingDocument] {
    let step = "pipeline \(source.name)"
    let failures = source.failures
    guard failures.isEmpty else {
      // The cluster does not depend on it.
      return failures.map { FindingDocument(step, of: cluster, .warning, $0.message, next: $0.step) }
    }
    guard let seenAt = source.seenAt else {
      return [FindingDocument(step, of: cluster, .skipped, "the first poll is still in progress")]
    }
    let expiry = source.tokenExpires.map { "; the token expires at \($0.toTheSecond)" } ?? ""
    return [
      FindingDocument(step, of: cluster, .ok, "all requests were answered at \(seenAt.toTheSecond)\(expiry)")
    ]
  }
}
