internal import GuardAPI

/// A manual change of a cluster, and its reason.
package struct BreakGlass: Hashable, Sendable {
  /// The tool and its verb: `kubectl delete`.
  package let command: String
  package let reason: String
  /// The cluster's name.
  package let cluster: String

  /// Returns nil if a part is missing or too long for the journal.
  init?(_ query: Query) {
    guard let command = query["command"], let reason = query["reason"], let cluster = query["cluster"],
      (1...200).contains(command.utf8.count), ReasonText.accepts(reason)
    else { return nil }
    self.command = command
    self.reason = reason
    self.cluster = cluster
  }
}
