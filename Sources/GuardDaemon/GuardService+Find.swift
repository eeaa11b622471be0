internal import GuardCluster
internal import GuardStatus

extension GuardService {
  /// Finds the stages of a cluster's pipeline that have a commit.
  ///
  /// - Parameters:
  ///   - name: of the cluster; nil for the first one with a pipeline.
  ///   - done: called once, on any thread.
  func find(_ commit: String, in name: String?, _ done: @escaping @Sendable (WhereOutcome) -> Void) {
    let named = clusters(named: name)
    guard !named.isEmpty else { return done(.unknownCluster) }
    guard let pipeline = named.compactMap(\.pipeline).first else { return done(.notConfigured) }
    pipeline.find(commit, done)
  }
}
