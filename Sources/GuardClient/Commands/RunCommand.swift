import ArgumentParser
import Glibc
import GuardAPI
import GuardConnection
import GuardRun
import GuardTerminal

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Wait for the tunnel, then run a command with KUBECONFIG set.",
    discussion: """
      The command replaces this program, so it has its own exit status, signals and terminal. Commands that change \
      the cluster are refused, because the cluster is managed in Git: kubectl apply, delete, edit, patch, scale, \
      rollout restart and similar, helm upgrade, flux reconcile or suspend, pulumi up, argocd app sync, systemctl \
      restart k3s, k9s without --readonly. They are also recognized after env, sudo and xargs.

      A script of a shell on the command line (sh -c) is parsed: its pipes, substitutions, loops, functions and \
      here-documents. It is refused if it computes the verb of a tool, or if it cannot be parsed and names a tool. \
      Code in other languages is refused if a word of a change follows a tool's name. If such a line only reads, run \
      its commands without the shell.

      With --break-glass and a reason, such a command runs, and the guard logs user, command and reason; if the \
      guard cannot log it, it does not run. Commands that read are allowed: get, describe, logs, exec, port-forward, \
      diff, --dry-run and --local. Script files, plugins, other languages and interactive shells cannot be examined: \
      they run, with a warning on standard error. The check prevents mistakes; it is not an access control.

      Exit status besides the command's own: 64 usage, 69 no guard or no usable kubeconfig, 75 the tunnel did not \
      come up, 77 refused, 126 the command cannot be executed, 127 the command was not found.

      Examples:
        oceanid-ctl run -- kubectl get nodes
        oceanid-ctl run --timeout 5m -- flux get all -A
        oceanid-ctl run --break-glass "OPS-17: pod hangs" -- kubectl -n shop delete pod web-0
      """)

  @Option(
    help: ArgumentHelp(
      "How long to wait for the tunnel; the reason for waiting is printed on standard error.",
      valueName: "time"))
  var timeout = TimeSpan(duration: .seconds(60))

  @Option(
    help: ArgumentHelp(
      "Run the command although it changes the cluster, and log the reason.", valueName: "reason"))
  var breakGlass: String?

  @Option(
    help: ArgumentHelp("Use this kubeconfig instead of the guard's.", valueName: "file"), completion: .file())
  var kubeconfig: String?

  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  @Argument(
    parsing: .captureForPassthrough, help: "The command and its arguments, after --.",
    completion: .custom { words, index, prefix in
      // Only the program is completed; its arguments are unknown here.
      words[..<max(0, min(index, words.count))].last == "--"
        ? CompletionScript.offered(Programs.inPath(beginningWith: prefix)) : []
    })
  var command: [String]

  func validate() throws {
    guard let program = words.first, !program.isEmpty else {
      throw ValidationError("run requires a command after --")
    }
    if command.first != "--", ["--help", "-h"].contains(program) { throw CleanExit.helpRequest(self) }
    if program.hasPrefix("-"), command.first != "--" { throw ValidationError("Unknown option '\(program)'") }
    if let breakGlass, !ReasonText.accepts(breakGlass) {
      throw ValidationError("--break-glass requires a reason of at most \(ReasonText.limit) bytes")
    }
  }

  /// The command without the `--` before it.
  var words: [String] { command.first == "--" ? Array(command.dropFirst()) : command }

  func run() throws {
    let change: String?
    // Refuse before waiting for the tunnel.
    switch CommandReader.effect(of: words) {
    case .none: change = nil
    case .change(let words, let isScript):
      if breakGlass == nil {
        throw ByHand(change: words, isScript: isScript, program: self.words.first ?? "")
      }
      change = words
    case .unseen(let what):
      change = nil
      warn(unchecked: what)
    case .restricted(let restriction):
      // These need a person, and a person runs this command.
      change = nil
      switch restriction.kind {
      case .container: warn(unchecked: "what \(restriction.words) does in the container")
      case .unknownVerb: warn(unchecked: "the plugin \(restriction.words)")
      case .credentials, .tunnel, .otherServer, .placeholder, .breakGlass: break
      }
    }
    var waiting = Waiting(
      client: connection.trustedClient, goal: .tunnel, cluster: choice.cluster, timeout: timeout)
    waiting.stuck = .timedOut
    let status = try waiting.run()
    let path = try ClusterKubeconfig.usable(of: status, named: kubeconfig)
    if let breakGlass { try log(breakGlass, change, status) }
    setenv("KUBECONFIG", path, 1)
    throw Execution.replaceThisProcess(with: words)
  }

  private func warn(unchecked what: String) {
    guard breakGlass == nil else { return }
    StandardOutput.writeError("oceanid-ctl: not checked for manual changes: \(Span(what).text)\n")
  }

  /// Logs the command with its reason. Throws if the guard did not log it.
  private func log(_ reason: String, _ change: String?, _ status: StatusDocument) throws {
    let program = words.first.map { $0.split(separator: "/").last.map(String.init) ?? $0 } ?? ""
    do {
      _ = try connection.trustedClient.exchange(
        .breakGlass,
        [
          ("command", change ?? program), ("reason", reason),
          ("cluster", status.clusters.first?.name ?? ""),
        ])
    } catch {
      StandardOutput.writeError("oceanid-ctl: not run, because the guard could not log it\n")
      throw error
    }
  }
}

/// A command that changes the cluster manually, although the cluster is managed in Git.
struct ByHand: CommandError {
  /// The tool and its verb.
  let change: String
  let isScript: Bool
  /// The program of the command that was refused.
  let program: String
  var exitStatus: Int32 { ExitStatus.denied.rawValue }

  var description: String {
    let reason =
      isScript
      ? """
      the command line may change the cluster manually (\(change)); if it only reads, run the command itself \
      without a shell
      """
      : "\(change) changes the cluster manually"
    // Named as a whole, because the plugin of kubectl has no such option. The arguments may contain secrets.
    return "\(reason); change it in Git, or give a reason, which is logged: "
      + "oceanid-ctl run --break-glass \"reason\" -- \(Span(program).text) …"
  }
}
