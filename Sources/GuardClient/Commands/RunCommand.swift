import ArgumentParser
import Glibc
import GuardAPI

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a command once the tunnel is up, with KUBECONFIG set to the cluster's file.",
    discussion: """
      The command takes this program's place: its exit status, its signals and its terminal are its own. What changes \
      the cluster by hand (kubectl apply, delete, edit, patch, scale, rollout restart and the like, helm upgrade, flux \
      reconcile or suspend, pulumi up, argocd app sync, systemctl restart k3s, k9s without --readonly) is refused, also \
      behind other programs: the cluster is what Git says. A script on the command line (sh -c) is not parsed: one that \
      names a tool is refused where a word of a change follows, or where it uses variables; run the command itself, \
      without a shell, if it only looks. With --break-glass and a reason it \
      runs, and the guard logs who did what and why; where the guard can't log it, it does not run. Looking is free: \
      get, describe, logs, exec, port-forward, diff, --dry-run and --local. What can't be looked into (script files, \
      plugins, other languages, a shell that you type into) runs, and is said on standard error. This keeps you from a \
      slip, not from a purpose.

      Exit status besides the command's own: 64 usage, 69 no guard or no kubeconfig, 75 the tunnel did not come up, \
      77 refused, 126 the command can't be run, 127 it is not there.

      Examples:
        oceanid-ctl run -- kubectl get nodes
        oceanid-ctl run --timeout 5m -- flux get all -A
        oceanid-ctl run --break-glass "OPS-17: pod hangs" -- kubectl -n shop delete pod web-0
      """)

  @Option(help: ArgumentHelp("How long to wait for the tunnel.", valueName: "time"))
  var timeout = TimeSpan(duration: .seconds(60))

  @Option(
    help: ArgumentHelp(
      "Run it although it changes the cluster, and have the reason logged.", valueName: "reason"))
  var breakGlass: String?

  @Option(
    help: ArgumentHelp("This kubeconfig in place of the guard's.", valueName: "file"), completion: .file())
  var kubeconfig: String?

  @OptionGroup var connection: SocketOption

  @OptionGroup var choice: ClusterOption

  @Argument(
    parsing: .captureForPassthrough, help: "The command and its arguments, after --.",
    completion: .custom { words, index, prefix in
      // Arguments are for the command itself to know.
      words[..<max(0, min(index, words.count))].last == "--"
        ? CompletionScript.offered(Programs.inPath(beginningWith: prefix)) : []
    })
  var command: [String]

  func validate() throws {
    guard let program = words.first, !program.isEmpty else {
      throw ValidationError("run wants a command after --")
    }
    if command.first != "--", ["--help", "-h"].contains(program) { throw CleanExit.helpRequest(self) }
    if program.hasPrefix("-"), command.first != "--" { throw ValidationError("Unknown option '\(program)'") }
    if let breakGlass, breakGlass.allSatisfy(\.isWhitespace) || breakGlass.utf8.count > 500 {
      throw ValidationError("--break-glass wants a reason of at most 500 bytes")
    }
  }

  private var words: [String] { command.first == "--" ? Array(command.dropFirst()) : command }

  func run() throws {
    let change: String?
    // Before anybody waits for a tunnel.
    switch CommandReader.effect(of: words) {
    case .none: change = nil
    case .change(let words, let isScript):
      if breakGlass == nil { throw ByHand(change: words, isScript: isScript) }
      change = words
    case .unseen(let what):
      change = nil
      if breakGlass == nil {
        StandardOutput.writeError(
          "oceanid-ctl: not checked for changes by hand: \(Span(what).text)\n")
      }
    }
    let status = try Waiting(
      client: connection.trustedClient, goal: .tunnel, cluster: choice.cluster, timeout: timeout,
      announces: true
    ).run()
    let path = try ClusterKubeconfig.path(of: status, named: kubeconfig)
    if let breakGlass { try log(breakGlass, change, status) }
    setenv("KUBECONFIG", path, 1)
    throw Execution.replaceThisProcess(with: words)
  }

  /// Throws where the guard did not log it.
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

/// What the cluster is comes from Git.
struct ByHand: Complaint {
  /// The tool and its verb.
  let change: String
  let isScript: Bool
  var exitStatus: Int32 { ExitStatus.denied.rawValue }

  var description: String {
    let reason =
      isScript
      ? "the script may change the cluster by hand (\(change)); if it only looks, run the command itself without a shell"
      : "\(change) changes the cluster by hand"
    return "\(reason); change it in Git, or say why with --break-glass \"reason\", which is logged"
  }
}
