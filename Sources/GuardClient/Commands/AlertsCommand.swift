import ArgumentParser
import GuardAPI

struct AlertsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alerts",
    abstract: "Who is told: the alert channels, how they do, and a test of one.",
    discussion: """
      The channels are those under 'alerts:' in guard.yaml.

      Examples:
        oceanid-ctl alerts
        oceanid-ctl alerts test pager
      """,
    subcommands: [AlertsListCommand.self, AlertsTestCommand.self], defaultSubcommand: AlertsListCommand.self)
}

struct AlertsListCommand: ParsableCommand, TimeTelling {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the channels: what they delivered, and what waits.",
    discussion: """
      DELIVERED, FAILED (attempts) and DROPPED count from the guard's start.

      Examples:
        oceanid-ctl alerts
        oceanid-ctl alerts list --json | jq '.channels[] | select(.failure)'
      """)

  @OptionGroup var connection: SocketOption

  @Flag(help: "Print the guard's document as JSON.")
  var json = false

  @Flag(help: "Show exact times in UTC instead of this machine's zone.")
  var utc = false

  func run() throws {
    let document = try connection.client.alerts()
    if json {
      return try StandardOutput.answer(
        String(decoding: try DocumentCoding.encode(document), as: UTF8.self) + "\n")
    }
    let terminal = Terminal.standardOutput()
    try StandardOutput.answer(AlertsPage.page(document, terminal).text(for: terminal))
  }
}

struct AlertsTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Send a test by one channel, now.",
    discussion: """
      It goes past everything that waits, and says how it went. Receivers see an incident that is a test and over at \
      once.

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
    // A receiver has ten seconds, a mailer half a minute, a command up to a minute.
    var client = connection.client
    client.timeout = .seconds(90)
    let response = try client.exchange(.alertsTest, [("channel", channel)])
    let message = DocumentCoding.decodeReceipt(response.body)?.message ?? "delivered"
    try StandardOutput.answer(Span(message).text + "\n")
  }

  /// For a shell to complete; none where the guard can't be asked.
  private static func known() -> [String] {
    var client = DaemonClient(socket: .resolve(option: nil))
    client.timeout = .seconds(1)
    return CompletionScript.offered((try? client.alerts())?.channels.map(\.name) ?? [])
  }
}

extension DaemonClient {
  func alerts() throws(ClientError) -> AlertsDocument {
    let bytes = try exchange(.alerts).body
    do { return try DocumentCoding.decode(AlertsDocument.self, from: bytes) } catch { throw .document(error) }
  }
}
