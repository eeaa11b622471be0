import ArgumentParser
import Glibc
import GuardScreen
import GuardTerminal

struct WatchCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Follow the status: a live view on a terminal, otherwise one line per change.",
    discussion: """
      On a terminal, ? lists the keys and q ends it. With --json, each line of the guard's event stream is printed unchanged.

      Examples:
        oceanid-ctl watch
        oceanid-ctl watch --json | jq -r 'select(.type == "change").change.message'
      """)

  @OptionGroup var options: ReadOptions

  func run() throws { try WatchCommand.follow(options) }

  static func follow(_ options: ReadOptions) throws {
    if !options.json, isatty(STDOUT_FILENO) == 1, TerminalSize.current != nil {
      try LiveWatch(client: options.connection.client, pages: WatchPages(cluster: options.cluster)).run()
    } else {
      try PlainWatch(options: options).run()
    }
  }
}
