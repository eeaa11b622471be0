import ArgumentParser
import GuardAPI

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Print the guard's figures in the OpenMetrics format.")

  @OptionGroup var connection: SocketOption

  func run() throws {
    let response = try connection.client.exchange(.metrics)
    try StandardOutput.answer(String(decoding: response.body, as: UTF8.self))
  }
}
