internal import GuardConfiguration
internal import GuardJournal
internal import GuardStatus

extension GuardService {
  /// Why the guard can't start.
  package struct StartError: Error, CustomStringConvertible {
    package let description: String

    /// Exit status 78 in the journal.
    static func record(_ errors: ConfigurationErrors) -> LogRecord {
      LogRecord(
        .startFailed, "the configuration has errors: \(errors)", subject: "configuration",
        reason: errors.errors.first?.description,
        remedy: errors.errors.first.map { ConfigurationStatus.check($0.file) })
    }
  }
}
