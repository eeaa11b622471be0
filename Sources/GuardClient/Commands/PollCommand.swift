import ArgumentParser
import GuardAPI

struct PollCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "poll", abstract: "Poll the Kubernetes API now instead of at the next interval.",
    discussion: """
      Examples:
        oceanid-ctl poll
        oceanid-ctl poll --cluster tethys
      """)

  @OptionGroup var options: OrderOptions

  func run() throws {
    try options.send(.poll, otherwise: "Poll requested")
  }
}
