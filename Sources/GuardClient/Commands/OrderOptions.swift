import ArgumentParser
import GuardAPI
import GuardConnection
import GuardTerminal

/// A request that makes the guard act. The guard checks the caller's rights.
struct OrderOptions: ParsableArguments {
  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  /// - Parameter cluster: the only cluster that it is for; nil for the chosen one, or all.
  func send(_ route: Route, otherwise text: String, to cluster: String? = nil) throws {
    let message = try connection.client.order(route, cluster: cluster ?? choice.cluster)?.message ?? text
    try StandardOutput.answer(Span(message).text + "\n")
  }
}
