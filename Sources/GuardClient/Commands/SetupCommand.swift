import ArgumentParser
import Glibc
import GuardAPI
import GuardClientDoctor
import GuardConnection
import GuardPages
import GuardRun
import GuardSetup
import GuardTerminal
import GuardTypes
import Health

struct SetupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup",
    abstract: "Set up a guard, from an ssh alias and a kubeconfig to its first verdict.",
    discussion: """
      It looks at the ssh alias, the key or agent, the host key, the kubeconfig and the local port, and logs in once as \
      the guard would. It shows what it found and what it would write, and asks before each write. Then it starts the \
      guard, waits for a verdict and prints the status. It never edits your kubeconfig and never trusts a host key. Run \
      again, it does only what is missing. Only one setup of a guard runs at a time.

      With --machine it sets up the system service for the whole machine: it makes a key for the guard and copies alias, \
      host key and kubeconfig, and adds the key on the server, and on the jump hosts before it, over your own ssh, for \
      forwarding only.

      Exit status: that of oceanid-ctl status; 0 with --dry-run if nothing prevents the setup; 64 without a terminal and \
      without --yes; 69 if something prevents the setup (one line "next: …" says what to do); 77 if you declined.

      Examples:
        oceanid-ctl setup                    for the alias tethys
        oceanid-ctl setup k3s --dry-run
        oceanid-ctl setup tethys --yes       in a script
        oceanid-ctl setup tethys --machine
        oceanid-ctl setup --undo
      """)

  @Argument(help: ArgumentHelp("The ssh alias of the server (default: the one in guard.yaml, else tethys)."))
  var host: String?

  @Flag(help: "Set up the guard of the whole machine, with a key of its own; uses sudo where needed.")
  var machine = false

  @Flag(help: "Agree to every write.")
  var yes = false

  @Flag(help: "Show what it would write, and write nothing.")
  var dryRun = false

  @Flag(help: "Take back what an earlier setup wrote, except what was changed since.")
  var undo = false

  @Option(
    help: ArgumentHelp(
      "The program oceanid-guard (default: beside oceanid-ctl, or in PATH).", valueName: "path"),
    completion: .file())
  var `guard`: String?

  func validate() throws {
    // The characters that ssh(1) refuses in a host name (ssh.c, valid_hostname), and those of a terminal's control.
    if let host,
      host.isEmpty || host.hasPrefix("-")
        || host.contains(where: { $0.isWhitespace || "'`\"$\\;&<>|(){}".contains($0) })
        || host.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
    {
      throw ValidationError("'\(host)' is not a valid ssh alias")
    }
    if undo, host != nil { throw ValidationError("--undo takes no host: it undoes all of it") }
  }

  func run() throws {
    let program = GuardProgram(named: `guard`)
    guard let system = LocalSystem(guardProgram: program) else {
      throw UnknownUser(uid: geteuid())
    }
    let approval = Approval(yes: yes, dryRun: dryRun)
    let terminal = Terminal.standardOutput()
    if machine {
      let root = AsRoot(system, approval)
      if root.isNeeded {
        let words = try stopping { () throws(SetupStop) in
          try root.words(GuardProgram.client ?? "oceanid-ctl", Array(CommandLine.arguments.dropFirst()))
        }
        throw Execution.replaceThisProcess(with: words)
      }
    } else if system.isThroughSudo {
      throw ValidationError("run it without sudo for your own guard, or with --machine")
    }
    let running = try stopping { () throws(SetupStop) -> RunningGuard? in
      // Another setup could change what this one found.
      let lock = dryRun ? nil : try SetupLock(system, isMachine: machine)
      defer { withExtendedLifetime(lock) {} }
      if undo {
        try SetupUndo(system, approval, isMachine: machine).run()
        return nil
      }
      let setup = Setup(system, approval, terminal)
      return try machine ? setup.machine(host: host) : setup.personal(host: host)
    }
    guard let running else { return }
    do {
      try FirstVerdict(running).show(terminal)
    } catch let error as ClientError {
      StandardOutput.writeError("oceanid-ctl: \(Span("\(error)").text)\nnext: oceanid-ctl doctor\n")
      throw ExitCode(error.exitStatus)
    }
  }

  /// Ends the command, and prints the reason and the one next step, which is to repeat the command if nothing else is.
  private func stopping<Result>(_ body: () throws(SetupStop) -> Result) throws -> Result {
    do throws(SetupStop) {
      return try body()
    } catch {
      StandardOutput.writeError("oceanid-ctl: \(Span("\(error)").text)\n")
      StandardOutput.writeError("next: \(Span(error.next ?? repeated(error)).text)\n")
      throw ExitCode(error.exitStatus)
    }
  }

  /// This command line, with the consent that it lacked.
  private func repeated(_ stop: SetupStop) -> String {
    let consent = if case .unapproved = stop { ["--yes"] } else { [String]() }
    return (["oceanid-ctl"] + CommandLine.arguments.dropFirst() + consent).map(\.shellWord).joined(
      separator: " ")
  }
}

/// Waits for the first verdict of a guard that was started.
private struct FirstVerdict {
  private let running: RunningGuard
  /// A login and a first poll take some seconds; a server that was just restarted takes longer.
  private static let timeLimit: Duration = .seconds(45)
  /// A cluster that is critical for this long, although its tunnel is up, will not be healthy soon.
  private static let doubt: Duration = .seconds(12)

  init(_ running: RunningGuard) {
    self.running = running
  }

  /// Prints the status and ends with its exit status.
  func show(_ terminal: Terminal) throws {
    let status = try settled()
    try StandardOutput.answer("\n" + StatusPage.page(status, terminal).text(for: terminal))
    if status.verdict == .critical || status.verdict == .unknown {
      StandardOutput.writeError("next: oceanid-ctl doctor\n")
    } else if let hint = running.hint {
      StandardOutput.writeError("next: \(Span(hint).text)\n")
    }
    throw ExitCode(ExitStatus(status.verdict).rawValue)
  }

  private func settled() throws -> StatusDocument {
    let client = DaemonClient(socket: .resolve(option: running.socket), trusted: .current)
    let end = ContinuousClock.now + FirstVerdict.timeLimit
    var reported = ""
    var isCriticalSince: ContinuousClock.Instant?
    while true {
      let words: String
      do throws(ClientError) {
        let status = try client.status()
        let cluster = status.only(running.cluster)
        let isKnown = cluster?.verdict == .healthy || cluster?.verdict == .degraded
        if cluster?.verdict == .critical, cluster?.clusters.first?.tunnel.state == .up {
          isCriticalSince = isCriticalSince ?? .now
        } else {
          isCriticalSince = nil
        }
        let isSettled = isKnown || isCriticalSince.map { $0 + FirstVerdict.doubt <= .now } == true
        if isSettled || ContinuousClock.now >= end { return cluster ?? status }
        words = cluster?.summary ?? status.summary
      } catch {
        if !error.isTransient || ContinuousClock.now >= end { throw error }
        words = "\(error)"
      }
      if words != reported {
        StandardOutput.writeError("oceanid-ctl: waiting for a verdict: \(Span(words).text)\n")
      }
      reported = words
      usleep(200_000)
    }
  }
}

/// The user of this process is in no user database, or has no home there.
struct UnknownUser: CommandError, Hashable {
  let uid: UInt32
  var exitStatus: Int32 { ExitStatus.unavailable.rawValue }

  var description: String {
    "uid \(uid) has no entry with a home in the user database, so setup does not know where its files belong"
  }
  var remedy: [String] { ["check: getent passwd \(uid)", "run setup as a user that has an entry"] }
}
