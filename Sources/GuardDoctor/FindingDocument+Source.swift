internal import GuardAPI
internal import Health
internal import Pipeline

extension FindingDocument {
  /// The step that reads a source of the pipeline: the token, its rights, and the names in guard.yaml.
  init(_ source: PipelineKnowledge.Source, of cluster: String) {
    let step = "pipeline \(source.name)"
    if let failure = source.failure {
      // The cluster does not depend on it.
      self.init(step, of: cluster, .warning, failure.message, next: failure.step)
    } else if let seenAt = source.seenAt {
      let expiry = source.tokenExpires.map { "; the token expires at \($0.toTheSecond)" } ?? ""
      self.init(step, of: cluster, .ok, "all questions were answered at \(seenAt.toTheSecond)\(expiry)")
    } else {
      self.init(step, of: cluster, .skipped, "the first poll is still in progress")
    }
  }
}
