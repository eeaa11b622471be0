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
    let cluster = cluster ?? choice.cluster
    let response = try connection.client.exchange(route, cluster.map { [("cluster", $0)] } ?? [])
    let message = DocumentCoding.decodeReceipt(response.body)?.message ?? text
    try StandardOutput.answer(Span(message).text + "\n")
  }
}
