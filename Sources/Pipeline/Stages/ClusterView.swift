package import Health

/// The state of a cluster, as far as it concerns the pipeline.
package struct ClusterView: Hashable, Sendable {
  /// A GitRepository that follows the repository's branch, or a Kustomization that applies one.
  package struct Object: Hashable, Sendable {
    package let judged: Judged<FluxObject>
    package let commit: CommitID?
    /// The branch that its source follows; nil for a tag, a range or a commit.
    package let branch: String?
    /// The reference that its source follows instead: `tag v1.2`.
    package let pinned: String?
  }

  /// True if the last poll of the cluster succeeded.
  package let isFresh: Bool
  package let sources: [Object]
  /// `namespace/name` of all GitRepositories; nil if they are not known.
  package let gitRepositories: [String]?
  package let kustomizations: [Object]
  /// Stacks of the Pulumi operator.
  package let stacks: [Judged<Stack>]
  package let automations: [ImageUpdateAutomation]
  /// True if the cluster has a fault that explains that its pods do not run.
  package let isFaulty: Bool

  /// The most objects of a kind that are followed.
  private static let limit = 200

  /// - Parameter isFresh: true if the report is based on a poll that succeeded.
  package init(_ report: ClusterReport, plan: PipelinePlan, isFresh: Bool) {
    self.isFresh = isFresh
    gitRepositories =
      isFresh && !report.unseen.contains(.flux)
      ? report.flux.filter { $0.value.resource.kind == "GitRepository" }
        .map { "\($0.value.resource.namespace)/\($0.value.resource.name)" } : nil
    let sources = report.flux.filter { ClusterView.isFollowed($0.value, plan) }.prefix(ClusterView.limit)
    self.sources = sources.map { source in
      Object(
        judged: source, commit: source.value.revision.flatMap { CommitID(revision: $0) },
        branch: source.value.git?.pinned == nil ? source.value.git?.branch ?? plan.branch : nil,
        pinned: source.value.git?.pinned)
    }
    let followed = Dictionary(
      self.sources.map { ($0.judged.value.resource.reference, $0) }, uniquingKeysWith: { first, _ in first })
    kustomizations = report.flux.lazy.filter { $0.value.resource.kind == "Kustomization" }
      .compactMap { object in
        object.value.source.flatMap { followed[$0] }.map { source in
          Object(
            judged: object, commit: object.value.revision.flatMap { CommitID(revision: $0) },
            branch: source.branch, pinned: source.pinned)
        }
      }.prefix(ClusterView.limit).map(\.self)
    stacks = Array(report.stacks.prefix(ClusterView.limit))
    automations = report.automations.map(\.value)
    isFaulty =
      !isFresh
      || report.problems.contains { $0.severity == .critical && [.tunnel, .api, .node].contains($0.kind) }
  }

  /// True for the configured source, or for each that follows the repository.
  private static func isFollowed(_ object: FluxObject, _ plan: PipelinePlan) -> Bool {
    guard object.resource.kind == "GitRepository" else { return false }
    if let source = plan.source {
      return object.resource.namespace == source.namespace && object.resource.name == source.name
    }
    guard let repository = plan.repository, let url = object.git?.url?.lowercased() else { return false }
    let path = url.hasSuffix(".git") ? String(url.dropLast(4)) : url
    let name = repository.lowercased()
    return path.hasSuffix("/\(name)") || path.hasSuffix(":\(name)")
  }
}
