internal import Health
internal import Platform

/// Runs git on a repository of another owner, without anything that its configuration could make git run, and without a
/// network.
///
/// Only commands that read objects and refs are used. `log` and `show` are not: with `log.showSignature` they would run
/// `gpg.program` of the repository's configuration.
struct Git: Sendable {
  /// The folder of a checkout, or a bare repository.
  let folder: String
  private static let timeout: Duration = .seconds(20)

  /// Each process gets these variables and no other ones. An empty HOME and no system file: only the
  /// repository's configuration applies.
  private static let variables = [
    "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1",
    "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0",
    "GIT_NO_REPLACE_OBJECTS=1",
    // A partial clone would fetch what it lacks. Git before 2.45 does not know the first variable.
    "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none",
  ]

  /// The command line has precedence over the repository's configuration.
  private static let options = [
    "--no-pager", "--literal-pathspecs", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c",
    "core.hooksPath=/dev/null", "-c", "protocol.allow=never", "-c", "core.alternateRefsCommand=",
  ]

  /// - Parameters:
  ///   - limit: the number of bytes above which the output counts as a failure.
  ///   - accepts: exit statuses that are no failure, besides 0.
  /// - Throws: git's own words, on one line.
  func run(
    _ arguments: [String], input: [UInt8]? = nil, limit: Int, accepts: Set<Int32> = []
  ) throws(CheckoutFailure) -> [UInt8] {
    let command = Command(
      program: "git", arguments: ["-C", folder] + Git.options + arguments, variables: Git.variables,
      inheritsEnvironment: false, input: input, outputLimit: limit)
    let outcome: Command.Outcome
    do throws(SystemError) {
      outcome = try command.run(until: .now + Git.timeout) { false }
    } catch {
      throw CheckoutFailure(folder: folder, reason: "git can't be run: \(error.description)")
    }
    let name = arguments.first ?? ""
    switch outcome.end {
    case .exited(0): return outcome.output
    case .exited(let status) where accepts.contains(status): return outcome.output
    case .exited, .signaled:
      throw CheckoutFailure(
        folder: folder, reason: "git \(name): \(outcome.errors.singleLine.limited(to: 300))")
    case .outOfTime:
      throw CheckoutFailure(folder: folder, reason: "git \(name) did not end within \(Git.timeout)")
    case .tooMuch:
      throw CheckoutFailure(folder: folder, reason: "git \(name) printed more than \(limit >> 20) MiB")
    case .cancelled: throw CheckoutFailure(folder: folder, reason: "git \(name) was cancelled")
    }
  }
}
