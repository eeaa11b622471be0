package import DemoCluster

/// Applies lines of text to the cluster and the pipeline, and keeps both in one story: what is pushed reaches Flux, and
/// what image automation commits is on the branch.
///
/// May be used from any thread.
package struct DemoConsole: Sendable {
  package let cluster: DemoCluster
  /// nil if only the cluster is simulated.
  package let pipeline: DemoPipeline?

  package init(cluster: DemoCluster, pipeline: DemoPipeline?) {
    self.cluster = cluster
    self.pipeline = pipeline
  }

  /// Applies a fault of the cluster (`Fault(line:)`) or of the pipeline (`PipelineFault(line:)`).
  ///
  /// - Throws: `DemoError` or `DemoPipelineError` for a line that neither knows.
  package func apply(_ line: String) throws {
    guard let pipeline else { return cluster.apply(try Fault(line: line)) }
    guard let fault = try? Fault(line: line) else {
      pipeline.apply(try PipelineFault(line: line))
      return fetch(pipeline.head)
    }
    cluster.apply(fault)
    switch fault {
    case .policyMoved(let policy, let tag, _):
      pipeline.apply(.imageTag(policy: policy, tag: tag, isWritten: false))
    case .healed:
      // The cluster is as at the start; the branch keeps its commits.
      pipeline.apply(.healed)
      for image in cluster.images {
        pipeline.apply(.imageTag(policy: image.policy, tag: image.tag, isWritten: true))
      }
      fetch(pipeline.head)
    default:
      if !pipeline.hasCommit(cluster.commit.sha) { pipeline.writeImages(in: cluster.commit.sha) }
    }
  }

  /// Flux gets the newest commit, unless it has it.
  private func fetch(_ head: String) {
    if cluster.commit.sha != head { cluster.apply(.committed(head)) }
  }
}

extension DemoPipeline {
  /// Starts a pipeline whose newest commit is the one that the cluster runs.
  package static func start(
    for cluster: DemoCluster, pace: Pace = .visible
  ) throws(DemoPipelineError) -> DemoPipeline {
    let (sha, parent) = cluster.commit
    return try start(
      head: sha, previous: parent,
      images: cluster.images.map { Markers.Image(policy: $0.policy, name: $0.name, tag: $0.tag) },
      pace: pace)
  }
}
