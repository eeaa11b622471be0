import ArgumentParser
import GuardAPI

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Print the guard's figures in the OpenMetrics format.",
    discussion: """
      Examples:
        oceanid-ctl metrics
        oceanid-ctl metrics | grep tunnel_up
      """)

  @OptionGroup var connection: SocketOption

  func run() throws {
    let response = try connection.client.exchange(.metrics)
    try StandardOutput.answer(String(decoding: response.body, as: UTF8.self))
  }
}
