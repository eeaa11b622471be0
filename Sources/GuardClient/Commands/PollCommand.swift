import ArgumentParser
import GuardAPI

struct PollCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "poll", abstract: "Ask the cluster now instead of at the next interval.",
    discussion: """
      Examples:
        oceanid-ctl poll
        oceanid-ctl poll --cluster tethys
      """)

  @OptionGroup var options: OrderOptions

  func run() throws {
    try options.send(.poll, otherwise: "The cluster is being asked.")
  }
}
