import ArgumentParser
import GuardAPI
import GuardConnection
import GuardTerminal

/// A request that makes the guard act. The guard checks the caller's rights.
struct OrderOptions: ParsableArguments {
  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  func send(_ route: Route, otherwise text: String) throws {
    let response = try connection.client.exchange(route, choice.cluster.map { [("cluster", $0)] } ?? [])
    let message = DocumentCoding.decodeReceipt(response.body)?.message ?? text
    try StandardOutput.answer(Span(message).text + "\n")
  }
}
