internal import GuardAPI
internal import GuardConfiguration
internal import GuardJournal
internal import GuardStatus

extension GuardService {
  /// The reason why the guard can't start.
  package struct StartError: Error, CustomStringConvertible {
    package let description: String

    /// The journal entry for exit status 78.
    static func record(_ errors: ConfigurationErrors) -> LogRecord {
      LogRecord(
        .startFailed, "the configuration has errors: \(errors)", subject: "configuration",
        reason: errors.errors.first?.description,
        remedy: errors.errors.first.map { ConfigurationStatus.check($0.file) })
    }
  }
}
