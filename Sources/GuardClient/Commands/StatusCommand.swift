import ArgumentParser
import GuardAPI
import GuardConnection
import GuardPages
import GuardTerminal

extension BarFormat: ExpressibleByArgument {}

struct StatusCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what is wrong, since when, why, and what to run.",
    discussion: """
      Examples:
        oceanid-ctl status
        oceanid-ctl status -o wide          every node, Flux object and policy as well
        oceanid-ctl status --json | jq -r .problems[].id
        oceanid-ctl status --format waybar  one line for a bar; snippets are in the manual
      """)

  @OptionGroup var options: ReadOptions

  @Option(
    name: .output, help: OutputFormat.help(wide: "also every node, Flux object and image policy"))
  var output: OutputFormat?

  @Flag(name: [.short, .long], help: "Follow the status, as oceanid-ctl watch does.")
  var watch = false

  @Option(help: "One line for a bar or a prompt; all but short always exit with 0.")
  var format: BarFormat?

  func validate() throws {
    guard format == nil || output == nil && !options.json && !watch else {
      throw ValidationError("--format excludes --output, --watch and --json")
    }
    guard !watch || output == nil else {
      throw ValidationError("--watch excludes --output; for documents, use --json")
    }
  }

  func run() throws {
    if let format { return try show(format) }
    if watch { return try WatchCommand.follow(options) }
    try options.show(nil, output) { StatusPage.page($0, $1, isWide: output == .wide) }
  }

  private func show(_ format: BarFormat) throws {
    let text: BarText
    let exitStatus: Int32
    do {
      var client = options.connection.client
      client.timeout = format.timeLimit
      text = BarText(try options.chosen(of: client.status(.overview)), now: .now)
      exitStatus = ExitStatus(text.verdict).rawValue
    } catch let error as any CommandError {
      text = BarText(failure: error)
      exitStatus = error.exitStatus
    }
    try StandardOutput.answer(text.text(format))
    throw ExitCode(format.hasExitStatus ? exitStatus : ExitStatus.healthy.rawValue)
  }
}
