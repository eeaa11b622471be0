internal import ArgumentParser
internal import GuardDaemon

/// Keeps the tunnel to a cluster alive, and tells how the cluster is.
@main
struct OceanidGuard: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oceanid-guard",
    abstract:
      "Keep the SSH tunnel to a cluster alive, watch the cluster through it, and serve the findings on a Unix socket.",
    discussion: """
      Run by systemd (oceanid-guard.service); on a terminal it logs to standard error. Ask it with oceanid-ctl.
      Without --config it reads $XDG_CONFIG_HOME/oceanid/guard.yaml (not as root), then /etc/oceanid/guard.yaml;
      with neither, the built-in values for tethys are in force. SIGHUP reloads, SIGTERM ends.
      """,
    version: GuardService.version)

  @Option(name: .long, help: ArgumentHelp("The configuration.", valueName: "file"))
  var config: String?

  @Flag(
    name: .long, help: "Check the configuration; exit 0, or 78 with every error as file:line:column: message."
  )
  var checkConfig = false

  @Flag(name: .long, help: "Print the effective configuration.")
  var printConfig = false

  @Flag(
    name: .long,
    help:
      "Print the drop-in that oceanid-forward.socket needs to bind the configuration's ports; nothing where it needs none."
  )
  var printForwardSocket = false

  @Flag(
    name: .long,
    help:
      "Go the way to every cluster once, beside a guard that runs or without one, and print each step as a line of JSON; oceanid-ctl doctor shows it."
  )
  var doctor = false

  func run() throws {
    let status =
      if doctor {
        GuardService.examine(configurationPath: config)
      } else if printForwardSocket {
        GuardService.printForwardSocket(configurationPath: config)
      } else if checkConfig || printConfig {
        GuardService.check(configurationPath: config, isPrinted: printConfig)
      } else {
        GuardService.run(configurationPath: config)
      }
    if status != 0 { throw ExitCode(status) }
  }
}
