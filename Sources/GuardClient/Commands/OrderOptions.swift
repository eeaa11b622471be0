import ArgumentParser
import GuardAPI
import GuardConnection
import GuardTerminal

/// A request that makes the guard act. The guard checks the caller's rights.
struct OrderOptions: ParsableArguments {
  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  func send(_ route: Route, otherwise text: String) throws {
    let message = try connection.client.order(route, cluster: choice.cluster)?.message ?? text
    try StandardOutput.answer(Span(message).text + "\n")
  }
}
