package import Health

/// The newest commit of the branch.
package struct Head: Hashable, Sendable {
  package let commit: CommitID
  /// When the guard first saw it.
  package let seenAt: Timestamp

  package init(commit: CommitID, seenAt: Timestamp) {
    self.commit = commit
    self.seenAt = seenAt
  }
}
