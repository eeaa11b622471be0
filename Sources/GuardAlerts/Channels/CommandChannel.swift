internal import GuardConfiguration
internal import Health
internal import IncidentTracking
internal import Tunnel

/// Runs a program with `oceanid.notice/1` on its standard input. Uses no shell, and passes nothing of the
/// guard's own environment.
struct CommandChannel: DeliveryChannel {
  let name: String
  let program: Configuration.AlertChannel.Program
  /// The configuration file, if there is one.
  let file: String?
  let user: LocalEnvironment

  init(
    name: String, _ program: Configuration.AlertChannel.Program, from file: String? = nil,
    user: LocalEnvironment
  ) {
    self.name = name
    self.program = program
    self.file = file
    self.user = user
  }

  var description: String { "command \(program.run.first ?? "")" }

  func deliver(
    _ notice: IncidentNotice, at now: Timestamp, isCancelled: () -> Bool
  ) throws(DeliveryError) {
    try ProgramRun(
      channel: name, program: program.run.first ?? "", arguments: Array(program.run.dropFirst()),
      input: NoticeCoding.bytes(notice), timeout: program.timeout, user: user, file: file
    ).run(isCancelled: isCancelled)
  }
}
