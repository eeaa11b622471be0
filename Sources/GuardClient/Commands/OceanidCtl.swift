package import ArgumentParser
import FoundationEssentials
import Glibc
import GuardAPI
import GuardConnection
import GuardRun
import GuardTerminal
import GuardTypes
import Health

/// `oceanid-ctl`: the client of oceanid-guard.
package struct OceanidCtl: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "oceanid-ctl",
    abstract: "Show what oceanid-guard knows about the tunnel, the nodes, Flux and the images.",
    discussion: """
      Examples:
        oceanid-ctl status               what is wrong, since when, what to run
        oceanid-ctl status --json        the same for scripts
        oceanid-ctl watch                a live view; q ends it
        oceanid-ctl web                  the same as a page in your browser
        oceanid-ctl wait --for tunnel && kubectl get nodes
        oceanid-ctl check nodes          a line for Nagios or Icinga
        oceanid-ctl history --since 7d   the incidents of a week
        oceanid-ctl diff                 what changed since yesterday
        oceanid-ctl where 8f3c1a2        which stages have this commit
        oceanid-ctl explain auth_refused what an error means, and what to do
        oceanid-ctl run -- kubectl get pods -A
        oceanid-ctl preflight && kubectl get pods -A

      The guard's socket is --socket PATH, else OCEANID_SOCKET, else
      $XDG_RUNTIME_DIR/oceanid/guard.sock or /run/user/UID/oceanid/guard.sock
      if that exists, else /run/oceanid/guard.sock.

      Exit status of status, check, nodes, flux, images, tunnel and pipeline:
        0 healthy   1 degraded   2 critical   3 unknown, stale or starting
      Of every command:
        64 usage   69 the guard cannot be reached   74 the output cannot be written
        75 a wait timed out   77 denied   78 errors in the configuration
      check always exits with 0 to 3, as monitoring systems require; preflight
      with 0 or 1; hook with 0 or 2.
      With --json or -o json, an error is JSON on standard output.
      """,
    version: "oceanid-ctl \(Product.version)",
    groupedSubcommands: [
      CommandGroup(
        name: "State",
        subcommands: [
          StatusCommand.self, WatchCommand.self, WebCommand.self, NodesCommand.self, FluxCommand.self,
          ImagesCommand.self, TunnelCommand.self, PipelineCommand.self, WhereCommand.self,
          ExplainCommand.self, DoctorCommand.self,
        ]),
      CommandGroup(
        name: "History",
        subcommands: [HistoryCommand.self, DiffCommand.self, IncidentsCommand.self, ReportCommand.self]),
      CommandGroup(
        name: "Cluster",
        subcommands: [
          PreflightCommand.self, RunCommand.self, EnvCommand.self, WaitCommand.self, HookCommand.self,
        ]),
      CommandGroup(
        name: "Notice",
        subcommands: [
          SilenceCommand.self, AlertsCommand.self, NotifyAgentCommand.self, CheckCommand.self,
          MetricsCommand.self,
        ]),
      CommandGroup(name: "Assistants", subcommands: [MCPCommand.self, AgentsCommand.self]),
      CommandGroup(
        name: "Guard",
        subcommands: [
          SetupCommand.self, ReconnectCommand.self, PollCommand.self, ReloadCommand.self, VersionCommand.self,
          CompletionCommand.self, ManualCommand.self,
        ]),
    ],
    defaultSubcommand: StatusCommand.self)

  package init() {}

  /// Runs the command line of this process and ends it with the command's exit status.
  package static func runAndExit() -> Never {
    // Writing to a closed pipe (`| head`) is reported as an error, not by a signal.
    signal(SIGPIPE, SIG_IGN)
    openStandardDescriptors()
    if let words = KubectlPlugin.words(CommandLine.arguments) { run(words) }
    run(Array(CommandLine.arguments.dropFirst()))
  }

  /// Opens those of the three standard descriptors that are closed (`<&-`). Otherwise the next file or event that this
  /// process opens gets their numbers, and is read or written as standard input or output. Input then ends at once, and
  /// writing still fails.
  private static func openStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // The lowest free number is the one that is missing.
      guard open("/dev/null", O_RDONLY) == descriptor else { return }
    }
  }

  private static func run(_ arguments: [String]) -> Never {
    if HookCommand.isMeant(by: arguments) { HookCommand.runAndExit(arguments) }
    do {
      // ArgumentParser prints its general help after `help`, even for an unknown command.
      if arguments.first == "help", let mistake = UnknownCommand(arguments) { throw mistake }
      var command = try parseAsRoot(arguments == ["-v"] ? ["--version"] : arguments)
      // Only the arguments of another program are passed on unread.
      let passed = (command as? RunCommand)?.words.count ?? 0
      if let place = ArgumentBytes.firstInvalidFromEnd, place > passed { throw UnreadableArgument(arguments) }
      let isUTC = (command as? any TimeDisplaying)?.utc == true
      try DisplayTimeZone.$current.withValue(isUTC ? .utc : .local) { try command.run() }
      Glibc.exit(0)
    } catch let error as UnreadableArgument where CheckCommand.isMeant(by: arguments) {
      CheckCommand.fail("\(error)", "\(error)", asJSON: ErrorOutput.isJSON(arguments))
    } catch let error as any CommandError {
      fail(with: error, arguments)
    } catch {
      let isMistake = exitCode(for: error) == .validationFailure
      let foreign: (any CommandError)? = isMistake ? ForeignOption(arguments) : nil
      let option = foreign ?? (isMistake ? MisplacedOption(arguments) : nil)
      if !(error is ExitCode), !exitCode(for: error).isSuccess, CheckCommand.isMeant(by: arguments) {
        CheckCommand.fail(
          option.map { "\($0)" } ?? message(for: error), fullMessage(for: error),
          asJSON: ErrorOutput.isJSON(arguments))
      }
      if let mistake = UnknownCommand(arguments) ?? option { fail(with: mistake, arguments) }
      if isMistake, ErrorOutput.isJSON(arguments) {
        ErrorOutput(message: message(for: error), status: .usage).write(asJSON: true)
        Glibc.exit(ExitStatus.usage.rawValue)
      }
      let text = fullMessage(for: error)
      if exitCode(for: error).isSuccess, !text.isEmpty { printAndExit(text + "\n") }
      exit(withError: error)
    }
  }

  /// Prints help or the version. ArgumentParser would not notice that they are lost.
  private static func printAndExit(_ text: String) -> Never {
    do {
      try StandardOutput.answer(text)
    } catch let error as any CommandError {
      fail(with: error, [])
    } catch {
      Glibc.exit(ExitStatus.usage.rawValue)
    }
    Glibc.exit(0)
  }

  private static func fail(with error: any CommandError, _ arguments: [String]) -> Never {
    ErrorOutput(error).write(asJSON: ErrorOutput.isJSON(arguments))
    Glibc.exit(error.exitStatus)
  }
}

/// An argument that is not UTF-8. It would be read as another text.
struct UnreadableArgument: CommandError, Hashable {
  /// The argument with a replacement for its invalid bytes.
  let shown: String
  var exitStatus: Int32 { ExitStatus.usage.rawValue }

  init(_ arguments: [String]) {
    shown = arguments.first { $0.unicodeScalars.contains("\u{FFFD}") } ?? ""
  }

  var description: String {
    "the argument \(shown.shellWord) is not UTF-8; only the command after run -- may be"
  }
}

/// A word in the place of a command, or after `help`, is none.
struct UnknownCommand: CommandError, Hashable {
  /// `statsu`, `alerts tset`
  let words: String
  private let nearest: String?
  var exitStatus: Int32 { ExitStatus.usage.rawValue }

  /// nil if it is a command or an option.
  init?(_ arguments: [String]) {
    var path: [String] = []
    var commands = OceanidCtl.configuration.subcommands
    let isHelp = arguments.first == "help"
    for word in isHelp ? arguments.dropFirst() : arguments[...] {
      // The rest are the command's own arguments.
      if commands.isEmpty, !isHelp { return nil }
      if word.hasPrefix("-") || path.isEmpty && word == "help" { return nil }
      path.append(word)
      guard let next = commands.first(where: { $0.configuration.commandName == word }) else {
        words = path.joined(separator: " ")
        nearest = Spelling.nearest(to: word, among: commands.compactMap { $0.configuration.commandName })
        return
      }
      commands = next.configuration.subcommands
    }
    return nil
  }

  var description: String {
    let hint = nearest.map { "; did you mean \($0)? List" } ?? "; list"
    return "unknown command '\(words)'\(hint) them with: oceanid-ctl --help"
  }
}
