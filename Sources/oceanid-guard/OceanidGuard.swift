internal import ArgumentParser
internal import GuardDaemon

/// The command line of the daemon.
@main
struct OceanidGuard: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oceanid-guard",
    abstract:
      "Keep SSH tunnels to clusters up, monitor the clusters through them, and serve the results on a Unix socket.",
    discussion: """
      Run by systemd (oceanid-guard.service); on a terminal it logs to standard error. Ask it with oceanid-ctl.
      Without --config it reads $XDG_CONFIG_HOME/oceanid/guard.yaml (not as root), then /etc/oceanid/guard.yaml;
      with neither, the built-in values for tethys are in force. SIGHUP reloads, SIGTERM ends.
      """,
    version: GuardService.version)

  @Option(name: .long, help: ArgumentHelp("Configuration file.", valueName: "file"))
  var config: String?

  @Flag(
    name: .long,
    help: "Check the configuration. Exits with 0, or with 78 and all errors as file:line:column: message."
  )
  var checkConfig = false

  @Flag(name: .long, help: "Print the effective configuration.")
  var printConfig = false

  @Flag(
    name: .long,
    help:
      "Print the drop-in with which oceanid-forward.socket binds the configured ports; empty if it needs none."
  )
  var printForwardSocket = false

  @Flag(
    name: .long,
    help:
      "Test the path to every cluster once, independent of a running guard, and print each step as a line of JSON; oceanid-ctl doctor shows it."
  )
  var doctor = false

  @Flag(
    name: .long,
    help: "With --doctor: test only what a running guard cannot tell, such as your own login.")
  var besideGuard = false

  func validate() throws {
    if besideGuard, !doctor { throw ValidationError("--beside-guard requires --doctor") }
  }

  func run() throws {
    let status =
      if doctor {
        GuardService.examine(configurationPath: config, isBesideGuard: besideGuard)
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
