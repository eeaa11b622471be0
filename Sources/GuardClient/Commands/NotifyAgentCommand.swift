import ArgumentParser
import GuardAPI
import GuardNotices
import GuardTerminal
import Health

struct NotifyAgentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify-agent",
    abstract: "Show incidents as desktop notifications.",
    discussion: """
      It runs in your session until you stop it. A notification changes with its incident and disappears when the \
      incident ends. A critical notification stays until then, or until you close it. Many notifications at once \
      become one. The agent waits while the guard, the session bus or the notification server is not available.

      To run it in every session: systemctl --user enable --now oceanid-notify

      Examples:
        oceanid-ctl notify-agent
        oceanid-ctl notify-agent --severity critical
        oceanid-ctl notify-agent --print    the notifications as text; no desktop is needed
      """)

  @Option(help: ArgumentHelp("Minimum severity.", valueName: "severity"))
  var severity = Severity.warning

  @Flag(help: "Write the notifications to standard output.")
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
