internal import Glibc
internal import GuardTypes
internal import Health
internal import Platform
internal import Redaction

extension ExecPlugin {
  /// Maximum size of an ExecCredential in bytes. A certificate chain, a key and a long token need far less.
  private static let outputLimit = 1 << 20

  /// Runs the program once, without a terminal and without input, and parses its output.
  ///
  /// - Throws: `PollFailure` with code `.kubeconfig`. It contains sanitized standard error, but no standard output.
  func run(
    until deadline: ContinuousClock.Instant, isCancelled: () -> Bool
  ) throws(PollFailure) -> ExecCredential {
    try refuseOthers()
    let outcome: Command.Outcome
    do throws(SystemError) {
      outcome = try Command(
        program: command, arguments: arguments,
        variables: environment.value + ["KUBERNETES_EXEC_INFO=\(input)"], outputLimit: Self.outputLimit
      ).run(until: deadline, isCancelled: isCancelled)
    } catch {
      let hint = installHint.map { " (\($0.shown))" } ?? ""
      throw failure(
        "can't be run: \(error.reason)\(hint)",
        remedy: error.isDenied
          ? "Allow it in the unit: systemctl edit oceanid-guard, [Service] ExecPaths=\(command); or use a token."
          : "Install it in the guard's PATH: systemctl show oceanid-guard -p Environment; or use a token."
      )
    }
    let said = outcome.errors.isEmpty ? "" : ": \(redacted(outcome.errors).shown)"
    let byHand = NextStep(
      command: redacted(([command] + arguments).map(\.shellWord).joined(separator: " ")).shown,
      note: "run it as the guard's user")
    switch outcome.end {
    case .exited(0): break
    case .exited(let status): throw failure("exited with status \(status)\(said)", step: byHand)
    case .signaled(let signal): throw failure("was killed by signal \(signal)\(said)", step: byHand)
    case .outOfTime: throw failure("timed out and was killed\(said)", step: byHand)
    case .tooMuch:
      throw failure("printed more than \(Self.outputLimit >> 10) KiB and was killed", step: byHand)
    case .cancelled:
      throw failure("was killed, because the poll was cancelled", remedy: "Wait for the next poll.")
    }
    do throws(ExecCredential.Fault) {
      return try ExecCredential(outcome.output, apiVersion: apiVersion)
    } catch {
      throw failure("\(error.words)\(said)", step: byHand)
    }
  }

  /// Throws if another user can choose the program: a user who can write to the kubeconfig, or can create it first.
  private func refuseOthers() throws(PollFailure) {
    switch FileTrust(reader: geteuid()).flaw(of: file) {
    case nil, .notAbsolute, .notAFile, .tooManyLinks, .unseen: return
    case .foreignOwner(let path, let uid):
      throw failure(
        "is not run, because uid \(uid) can change the file: \(path)",
        remedy: "Give the file and its folders to root or to the guard's user: chown root \(path.shellWord)")
    case .writable(let path, _), .listed(let path):
      throw failure(
        "is not run, because other users can write to \(path)",
        remedy:
          "Take their write access, or move the file: namei -l \(file.shellWord); getfacl \(path.shellWord)")
    }
  }

  private func failure(_ words: String, remedy: String) -> PollFailure {
    failure(words, step: NextStep(note: remedy))
  }

  private func failure(_ words: String, step: NextStep) -> PollFailure {
    PollFailure(
      code: .kubeconfig, message: "kubeconfig \(place): the exec plugin \(command.shown) \(words)",
      step: step)
  }
}
