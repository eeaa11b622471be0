package import GuardAPI

/// The answer to the request which stages have a commit.
package enum WhereOutcome: Sendable {
  case found(WhereDocument)
  /// No cluster with that name, or none at all, has a pipeline in guard.yaml.
  case notConfigured
  /// There is no cluster with that name.
  case unknownCluster
  /// The repository has no such commit, or the beginning of its name is ambiguous.
  case unknownCommit
  /// The repository can't be asked; the text says why.
  case unavailable(String)
  /// Too many requests wait.
  case busy
}
