import ArgumentParser
import GuardScreen
import GuardTerminal

struct WatchCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Follow the status: a live view on a terminal, otherwise one line per change.",
    discussion: """
      On a terminal, ? lists the keys and q ends it; one without control sequences (TERM=dumb) gets lines. With \
      --json, each line of the guard's event stream is printed unchanged.

      Examples:
        oceanid-ctl watch
        oceanid-ctl watch --json | jq -r 'select(.type == "change").change.message'
      """)

  @OptionGroup var format: FormatOption

  @OptionGroup var options: ReadOptions

  func run() throws { try WatchCommand.follow(options, format.output) }

  /// - Parameter format: nil for lines, or with `--json` for documents.
  static func follow(_ options: ReadOptions, _ format: DocumentFormat? = nil) throws {
    let format = format ?? (options.json ? .json : nil)
    if format == nil, Terminal.drawsScreens, TerminalSize.current != nil {
      try LiveWatch(client: options.connection.client, pages: WatchPages(cluster: options.cluster)).run()
    } else {
      try PlainWatch(options: options, format: format).run()
    }
  }
}
