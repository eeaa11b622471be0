internal import DemoCluster
internal import DemoPipeline

/// Applies the lines of the console, and keeps the cluster and the pipeline in one story: what is pushed reaches Flux, and
/// what image automation commits is on the branch.
struct DemoConsole: Sendable {
  let cluster: DemoCluster
  /// nil without `--pipeline`.
  let pipeline: DemoPipeline?

  /// - Throws: `DemoError` or `DemoPipelineError` for a line that neither knows.
  func apply(_ line: String) throws {
    guard let pipeline else { return cluster.apply(try Fault(line: line)) }
    guard let fault = try? Fault(line: line) else {
      pipeline.apply(try PipelineFault(line: line))
      return fetch(pipeline.head)
    }
    cluster.apply(fault)
    switch fault {
    case .policyMoved(let policy, let tag):
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
