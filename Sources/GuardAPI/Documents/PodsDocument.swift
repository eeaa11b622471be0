package import Health

/// `clusters[].pods`: the number of pods, and those that crash, do not start, are not ready or do not
/// terminate.
package struct PodsDocument: Codable, Hashable, Sendable {
  package struct Pod: Codable, Hashable, Sendable {
    @Field package var namespace: String
    package var name: String
    @Field package var node: String?
    @Field package var restarts: Int
    /// For example `pod web-1: CrashLoopBackOff, 12 restarts, last OOMKilled, exit code 137`.
    @Field package var message: String
  }

  @Field package var total: Int
  @Field package var crashLooping: Int
  @Field package var pending: Int
  /// Running but not ready for ten minutes or more.
  @Field package var notReady: Int
  /// Still present five minutes after their grace period.
  @Field package var terminating: Int
  /// Failed, without a controller that replaces them.
  @Field package var failed: Int
  /// The worst few.
  @Field package var worst: [Pod]

  package init(_ report: PodReport) {
    total = report.total
    crashLooping = report.crashLooping.count
    pending = report.pending.count
    notReady = report.notReady.count
    terminating = report.terminating.count
    failed = report.failed.count
    let bad =
      report.crashLooping.sorted { $0.restarts > $1.restarts } + report.pending + report.notReady
      + report.terminating + report.failed
    worst = bad.prefix(5).map {
      Pod(
        namespace: $0.resource.namespace, name: $0.resource.name, node: $0.node, restarts: $0.restarts,
        message: $0.stateText)
    }
  }
}
