import ArgumentParser
import GuardAPI
import GuardNotices
import GuardTerminal
import Health

struct NotifyAgentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify-agent",
    abstract: "Show incidents as notices on your desktop; they change, and go, with what they tell of.",
    discussion: """
      Runs in your session until it is ended: follows the guard, and shows what people are told of through the \
      session's notification server. A critical notice stays until its incident is over or you close it; many at once \
      become one. A guard, a session bus or a notification server that is away is waited for.

      As a service of your session: systemctl --user enable --now oceanid-notify

      Examples:
        oceanid-ctl notify-agent
        oceanid-ctl notify-agent --severity critical
        oceanid-ctl notify-agent --print    without a desktop: what it would show, as text
      """)

  @Option(help: ArgumentHelp("Show what is at least so bad.", valueName: "severity"))
  var severity = Severity.warning

  @Flag(help: "Write to standard output what would be shown.")
  var print = false

  @OptionGroup var choice: ClusterOption

  @OptionGroup var connection: SocketOption

  enum Severity: String, ExpressibleByArgument, CaseIterable {
    case warning, critical
  }

  func run() throws {
    let agent = NotifyAgent(
      client: connection.client, prints: print,
      filter: .init(cluster: choice.cluster, least: severity == .critical ? .critical : .warning),
      log: { StandardOutput.writeError("oceanid-ctl: \(Span($0).text)\n") })
    try agent.run()
  }
}
