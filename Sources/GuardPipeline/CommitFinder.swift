internal import Dispatch
internal import GuardStatus
internal import Health
internal import Pipeline
internal import PipelineSources
internal import Platform

/// Answers where a commit is, on a queue and a connection of its own, so that a request does not wait for a poll of a
/// slow API.
actor CommitFinder {
  /// The state at the last poll before the request.
  struct Known: Sendable {
    var stages: [Stage] = []
    var steps: [String: NextStep] = [:]
    var head: CommitID?
    /// Set if GitHub rejected the token or limits the rate; no request is sent then.
    var refusal: SourceFailure?
  }

  /// For all API requests of one search, from its arrival. The client waits twice as long.
  private static let timeLimit: Duration = .seconds(10)

  private let executor: QueueExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let cluster: String
  private let branch: String
  private let client: GitHubClient?
  private var search = CommitSearch()

  init(cluster: String, branch: String, client: sending GitHubClient?) {
    executor = QueueExecutor(label: "where \(cluster)")
    self.cluster = cluster
    self.branch = branch
    self.client = client
  }

  /// - Parameter done: called once, on the finder's queue. `isNewer` is true if the branch has a newer commit than
  ///   `known`.
  nonisolated func find(
    _ name: String, _ known: Known,
    _ done: @escaping @Sendable (_ outcome: WhereOutcome, _ isNewer: Bool) -> Void
  ) {
    let arrival = ContinuousClock.now
    executor.queue.async {
      let (outcome, isNewer) = self.assumeIsolated { $0.search(name, known, since: arrival) }
      done(outcome, isNewer)
    }
  }

  /// Allows requests again that GitHub refused.
  nonisolated func retryRefused() {
    executor.queue.async { self.assumeIsolated { $0.client?.api.retryRefused() } }
  }

  private func search(
    _ name: String, _ known: Known, since arrival: ContinuousClock.Instant
  ) -> (WhereOutcome, Bool) {
    client?.api.beginRound(within: max(.zero, CommitFinder.timeLimit - (.now - arrival)))
    let outcome = search.find(
      name, in: known.stages, cluster: cluster, head: known.head, branch: branch, steps: known.steps,
      refusal: known.refusal, client)
    return (outcome, search.newHead.map { $0 != known.head } ?? false)
  }
}
