import ArgumentParser
import GuardAPI
import GuardConnection
import GuardPages
import GuardTerminal

struct AlertsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alerts",
    abstract: "Alert channels: delivery status and tests.",
    discussion: """
      The channels are those under 'alerts:' in guard.yaml.

      Examples:
        oceanid-ctl alerts
        oceanid-ctl alerts test pager
      """,
    subcommands: [AlertsListCommand.self, AlertsTestCommand.self], defaultSubcommand: AlertsListCommand.self)
}

struct AlertsListCommand: ParsableCommand, TimeDisplaying {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the alert channels with their delivery status.",
    discussion: """
      DELIVERED, FAILED (attempts) and DROPPED count since the guard started.

      Examples:
        oceanid-ctl alerts
        oceanid-ctl alerts list --json | jq '.channels[] | select(.failure)'
      """)

  @OptionGroup var format: FormatOption

  @OptionGroup var connection: SocketOption

  @Flag(help: "Print the guard's document as JSON.")
  var json = false

  @Flag(help: "Show exact times in UTC instead of this machine's zone.")
  var utc = false

  func run() throws {
    let document = try connection.client.alerts()
    if format.isDocument(json: json) { return try StandardOutput.answer(format.text(document)) }
    let terminal = Terminal.standardOutput()
    try StandardOutput.answer(AlertsPage.page(document, terminal).text(for: terminal))
  }
}

struct AlertsTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Send a test message through a channel now.",
    discussion: """
      The test is sent ahead of all pending messages. Receivers see an incident that is marked as a test and has \
      already ended.

      Exit status: 0 delivered, 1 not delivered, 64 no such channel.

      Examples:
        oceanid-ctl alerts test pager
      """)

  @Argument(
    help: ArgumentHelp("The channel's name.", valueName: "channel"),
    completion: .custom { _, _, _ in AlertsTestCommand.known() })
  var channel: String

  @OptionGroup var connection: SocketOption

  func run() throws {
    // The guard waits 10 s for an HTTP receiver, 30 s for a mail program and up to 60 s for a command.
    var client = connection.client
    client.timeout = .seconds(90)
    let response = try client.exchange(.alertsTest, [("channel", channel)])
    let message = DocumentCoding.decodeReceipt(response.body)?.message ?? "delivered"
    try StandardOutput.answer(Span(message).text + "\n")
  }

  /// Completions for a shell; empty if the guard cannot be reached.
  private static func known() -> [String] {
    var client = DaemonClient(socket: .resolve(option: nil))
    client.timeout = .seconds(1)
    return CompletionScript.offered((try? client.alerts())?.channels.map(\.name) ?? [])
  }
}
