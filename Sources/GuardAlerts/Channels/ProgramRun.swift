internal import Glibc
internal import GuardConfiguration
internal import GuardTypes
internal import Health
internal import Platform
internal import Redaction
internal import Tunnel

/// Runs a program with a message on its standard input, and interprets its exit status (sysexits.h).
struct ProgramRun {
  let channel: String
  let program: String
  let arguments: [String]
  let input: [UInt8]
  let timeout: Duration
  let user: LocalEnvironment
  /// The configuration file that names the program, if there is one.
  let file: String?

  private static let dataError: Int32 = 65
  private static let noUser: Int32 = 67
  private static let noHost: Int32 = 68
  private static let usage: Int32 = 64
  private static let configuration: Int32 = 78
  private static let noPermission: Int32 = 77

  private var variables: [String] {
    [
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
      "HOME=\(user.home)",
      "USER=\(user.localUser)", "LOGNAME=\(user.localUser)", "OCEANID_CHANNEL=\(channel)",
    ]
  }

  /// The program runs as the guard's user, so no other user may have written it. A folder of a group, such as
  /// /usr/local/bin of `staff`, is the administrator's decision.
  private func refuseOthers() throws(DeliveryError) {
    if let file, let writer = OtherWriter(of: file) {
      throw DeliveryError(
        .refused, "\(program) is not run, because another user can change \(file): \(writer.reason)",
        remedy: writer.command)
    }
    let words: String
    let command: String
    switch FileTrust(reader: geteuid()).flaw(of: program) {
    case .foreignOwner(program, let uid):
      words = "it belongs to uid \(uid)"
      command = "sudo chown root \(program.shellWord)"
    case .foreignOwner(let folder, let uid):
      words = "\(folder) belongs to uid \(uid)"
      command = "copy the program to a folder of root, such as /usr/local/bin, and name it in guard.yaml"
    case .writable(let path, let mode) where mode & 0o002 != 0:
      words = "\(path) can be written by all users (mode 0\(String(mode, radix: 8)))"
      command = "sudo chmod o-w \(path.shellWord)"
    case .writable, .listed, .notAbsolute, .notAFile, .tooManyLinks, .unseen, nil: return
    }
    throw DeliveryError(
      .refused, "\(program) is not run, because another user can change it: \(words)", remedy: command)
  }

  func run(isCancelled: () -> Bool) throws(DeliveryError) {
    try refuseOthers()
    let byHand = "run it manually as the guard's user: oceanid-ctl alerts test \(channel) sends a test"
    let outcome: Command.Outcome
    do throws(SystemError) {
      outcome = try Command(
        program: program, arguments: arguments, variables: variables, inheritsEnvironment: false,
        input: input,
        outputLimit: 64 << 10
      ).run(until: .now + timeout, isCancelled: isCancelled)
    } catch {
      throw DeliveryError(
        .refused, "\(program) can't be run: \(error.reason)",
        remedy: error.isDenied
          ? "allow it in the unit: systemctl edit oceanid-guard, [Service] ExecPaths=\(program)"
          : "install it, or name another in guard.yaml")
    }
    // The last line usually contains the reason for the failure.
    let said =
      outcome.errors.split(whereSeparator: \.isNewline).last.map { ": \(redacted(String($0)))" } ?? ""
    switch outcome.end {
    case .exited(0): return
    case .exited(let status):
      let cause: DeliveryError.Cause =
        switch status {
        case ProgramRun.dataError, ProgramRun.noUser, ProgramRun.noHost: .unfit
        case ProgramRun.usage, ProgramRun.configuration, ProgramRun.noPermission: .refused
        default: .passing
        }
      throw DeliveryError(cause, "\(program) exited with status \(status)\(said)", remedy: byHand)
    case .signaled(let signal):
      throw DeliveryError(.passing, "\(program) was terminated by signal \(signal)\(said)", remedy: byHand)
    case .outOfTime:
      throw DeliveryError(.passing, "\(program) timed out and was terminated\(said)", remedy: byHand)
    case .tooMuch:
      throw DeliveryError(.passing, "\(program) printed more than 64 KiB and was terminated", remedy: byHand)
    case .cancelled:
      throw DeliveryError(.passing, "\(program) was terminated because the guard stopped", remedy: byHand)
    }
  }
}
