/// Somebody changes the cluster by hand, and says why.
struct BreakGlass: Hashable, Sendable {
  /// The tool and its verb: `kubectl delete`.
  let command: String
  let reason: String
  let cluster: String

  /// nil where the reason or the command is missing, or longer than anybody would read.
  init?(_ query: Query) {
    guard let command = query["command"], let reason = query["reason"], let cluster = query["cluster"],
      (1...200).contains(command.utf8.count), (1...500).contains(reason.utf8.count),
      !reason.allSatisfy(\.isWhitespace)
    else { return nil }
    self.command = command
    self.reason = reason
    self.cluster = cluster
  }
}
