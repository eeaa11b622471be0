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
      systemd runs it (oceanid-guard.service). On a terminal it logs to standard error. oceanid-ctl shows its status.
      Without --config it reads $XDG_CONFIG_HOME/oceanid/guard.yaml (not as root), then /etc/oceanid/guard.yaml;
      with neither, it uses built-in values for tethys. SIGHUP reloads the configuration, SIGTERM stops it.
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

  @Flag(name: .long, help: "With --print-config: print it as JSON, for programs.")
  var json = false

  @Flag(
    name: .long,
    help:
      "Print the drop-in that oceanid-forward.socket needs to bind the configured ports; empty if it needs none."
  )
  var printForwardSocket = false

  @Flag(
    name: .long,
    help:
      """
      Check each step of the connection to every cluster once, with or without a running guard, and print each \
      result as a line of JSON; oceanid-ctl doctor displays it.
      """
  )
  var doctor = false

  @Flag(
    name: .long,
    help: "With --doctor: test only what a running guard cannot report, such as your own login.")
  var besideGuard = false

  /// ArgumentParser would not notice that the help or the version is lost.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let text = fullMessage(for: error)
      guard exitCode(for: error).isSuccess, !text.isEmpty else { exit(withError: error) }
      exit(withError: ExitCode(GuardService.output(text + "\n")))
    }
  }

  func validate() throws {
    if json, !printConfig { throw ValidationError("--json requires --print-config") }
    if besideGuard, !doctor { throw ValidationError("--beside-guard requires --doctor") }
  }

  func run() throws {
    let status =
      if doctor {
        GuardService.examine(configurationPath: config, isBesideGuard: besideGuard)
      } else if printForwardSocket {
        GuardService.printForwardSocket(configurationPath: config)
      } else if checkConfig || printConfig {
        GuardService.check(configurationPath: config, printed: printConfig ? json ? .json : .yaml : nil)
      } else {
        GuardService.run(configurationPath: config)
      }
    if status != 0 { throw ExitCode(status) }
  }
}
