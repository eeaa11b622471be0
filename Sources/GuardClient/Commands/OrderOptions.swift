import ArgumentParser
import GuardAPI
import GuardConnection
import GuardTerminal
import GuardTypes

/// A request that makes the guard act. The guard checks the caller's rights.
struct OrderOptions: ParsableArguments {
  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  /// A command with the same socket and cluster, for a shell.
  func repeated(_ command: String) -> String {
    let options = [("--socket", connection.socket), ("--cluster", choice.cluster)]
    return
      (["oceanid-ctl", command]
      + options.compactMap { name, value in value.map { "\(name) \($0.shellWord)" } })
      .joined(separator: " ")
  }

  /// - Parameter cluster: the target; nil for the cluster of `--cluster`, or all.
  func send(_ route: Route, otherwise text: String, to cluster: String? = nil) throws {
    // The guard's own refusal does not list the names.
    if cluster == nil, choice.cluster != nil {
      _ = try connection.client.status(.overview).chosen(choice.cluster)
    }
    let message = try connection.client.order(route, cluster: cluster ?? choice.cluster)?.message ?? text
    try StandardOutput.answer(Span(message).text + "\n")
  }
}
