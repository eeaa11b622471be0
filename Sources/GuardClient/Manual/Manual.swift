import FoundationEssentials
import GuardAPI

/// The pages of the manual: each made from what the programs themselves say and read.
enum Manual: String, CaseIterable {
  case client = "oceanid-ctl"
  case configuration = "oceanid-guard.yaml"
  case daemon = "oceanid-guard"

  private static let seeAlso =
    "oceanid-ctl(1), oceanid-guard.yaml(5), oceanid-guard(8), journalctl(1), ssh_config(5)"

  /// oceanid-ctl(1), from the help of its commands.
  static func client(_ help: CommandHelp) -> String {
    var page = ManualPage(help.commandName, section: 1)
    page.name(help.commandName, summary(help))
    page.heading("SYNOPSIS")
    page.bold("\(help.commandName) COMMAND [OPTION...]")
    page.heading("DESCRIPTION")
    page.prose(help.discussion ?? "")
    page.heading("COMMANDS")
    for (name, command) in commands(help) {
      page.subheading(([name] + command.shownArguments.map(\.usage)).joined(separator: " "))
      page.prose([command.abstract, command.discussion].compactMap(\.self).joined(separator: "\n\n"))
      options(command, &page)
    }
    ending(
      &page,
      files: [
        ("/run/oceanid/guard.sock", "The guard's socket."),
        ("$XDG_RUNTIME_DIR/oceanid/guard.sock", "The socket of a user's own guard."),
        ("/run/user/UID/oceanid/guard.sock", "The same, where XDG_RUNTIME_DIR is not set (su, cron, ssh)."),
      ])
    return page.text
  }

  /// oceanid-guard(8), from the daemon's help.
  static func daemon(_ help: CommandHelp) -> String {
    var page = ManualPage(help.commandName, section: 8)
    page.name(help.commandName, summary(help))
    page.heading("SYNOPSIS")
    page.bold(([help.commandName] + help.shownArguments.map(\.usage)).joined(separator: " "))
    page.heading("DESCRIPTION")
    page.prose(help.discussion ?? "")
    page.heading("OPTIONS")
    options(help, &page)
    page.heading("EXIT STATUS")
    page.entry("0", "It was told to end.")
    page.entry("64", "An option or an argument that it does not know.")
    page.entry("69", "It can't start: a socket or a resource of the system is missing.")
    page.entry("78", "The configuration has mistakes; each was printed as file:line:column: message.")
    ending(
      &page,
      files: [
        ("/etc/oceanid/guard.yaml", "The configuration of the machine's guard."),
        ("$XDG_CONFIG_HOME/oceanid/guard.yaml", "The configuration of a user's own guard."),
      ])
    return page.text
  }

  /// oceanid-guard.yaml(5), from the file that is installed.
  static func configuration() -> String {
    var page = ManualPage(configuration.rawValue, section: 5)
    page.name(configuration.rawValue, "the configuration of oceanid-guard")
    page.heading("SYNOPSIS")
    page.bold("/etc/oceanid/guard.yaml, $XDG_CONFIG_HOME/oceanid/guard.yaml")
    page.heading("DESCRIPTION")
    page.prose(
      """
      One YAML file. This is the one that is installed, with every key and what it means; keys behind a # may be left \
      out like all others but a cluster's name and its tunnel's host. An unknown key, a wrong type or a value out of \
      range is a mistake with its file, line and column.
      """)
    page.heading("THE FILE")
    page.file(String(decoding: PackageResources.guard_yaml, as: UTF8.self))
    page.heading("ALERTS")
    page.prose(AlertManual.text)
    ending(&page, files: [("/var/lib/oceanid/alerts/", "What waits to be delivered, a file a channel.")])
    return page.text
  }

  /// Every command, and those within it: `alerts`, `alerts test`.
  private static func commands(_ help: CommandHelp) -> [(name: String, help: CommandHelp)] {
    help.shownSubcommands.flatMap { command in
      [(command.commandName, command)]
        + commands(command).map { ("\(command.commandName) \($0.name)", $0.help) }
    }
  }

  private static func summary(_ help: CommandHelp) -> String {
    let text = help.abstract ?? ""
    let lowered = text.prefix(1).lowercased() + text.dropFirst()
    return lowered.hasSuffix(".") ? String(lowered.dropLast()) : lowered
  }

  private static func options(_ help: CommandHelp, _ page: inout ManualPage) {
    for argument in help.shownArguments {
      let byDefault = argument.defaultValue.map { " (default: \($0))" } ?? ""
      page.entry(argument.heading, (argument.abstract ?? "") + byDefault)
    }
  }

  private static func ending(_ page: inout ManualPage, files: [(path: String, what: String)]) {
    if !files.isEmpty {
      page.heading("FILES")
      for file in files { page.entry(file.path, file.what) }
    }
    page.heading("SEE ALSO")
    page.prose(seeAlso)
  }
}
