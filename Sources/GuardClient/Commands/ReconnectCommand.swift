import ArgumentParser
import GuardAPI

struct ReconnectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconnect", abstract: "Connect the tunnel again now instead of at the next attempt.",
    discussion: """
      Examples:
        oceanid-ctl reconnect
        oceanid-ctl reconnect && oceanid-ctl wait --for tunnel
      """)

  @OptionGroup var options: OrderOptions

  func run() throws {
    try options.send(.reconnect, otherwise: "Reconnecting…")
  }
}
