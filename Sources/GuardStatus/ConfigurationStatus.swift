package import GuardAPI
package import GuardConfiguration
internal import GuardTypes
package import Health

/// The configuration in force, and the errors of the file if a later version was rejected.
package struct ConfigurationStatus: Sendable {
  private struct Rejection: Sendable {
    /// The times of the first and the last of consecutive rejected reloads.
    let since: Timestamp
    let at: Timestamp
    let errors: ConfigurationErrors
  }

  private let file: String?
  private let loadedAt: Timestamp
  private var rejection: Rejection?

  /// - Parameter file: nil if there was none, so that the built-in values are in force.
  package init(file: String?, loadedAt: Timestamp) {
    self.file = file
    self.loadedAt = loadedAt
  }

  /// Records that a reload was rejected.
  package mutating func reject(_ errors: ConfigurationErrors, at time: Timestamp) {
    rejection = Rejection(since: rejection?.since ?? time, at: time, errors: errors)
  }

  /// The document's part about the configuration.
  package var document: ConfigurationDocument {
    ConfigurationDocument(
      file: file, loadedAt: loadedAt,
      rejected: rejection.map { .init(at: $0.at, message: $0.errors.description) })
  }

  /// nil while the file on disk is in force.
  package var problem: Problem? {
    guard let rejection, let first = rejection.errors.errors.first else { return nil }
    let more = rejection.errors.errors.count - 1
    let restart = rejection.errors.restart
    return Problem(
      .own(.configurationRejected), ["file": first.file], subject: "configuration",
      detail:
        "\(first)\(more > 0 ? " (and \(more) more)" : "")\(rejection.errors.preventStart ? "; a restart would fail" : "")",
      since: rejection.since,
      step: restart.map {
        NextStep(command: $0, note: "credentials are passed only at a start, so a restart is needed")
      })
  }

  /// The command that checks a configuration file.
  package static func check(_ file: String) -> String {
    "oceanid-guard --check-config --config \(file.shellWord)"
  }

  /// The command of the next step after a rejected reload.
  package static func step(after errors: ConfigurationErrors, file: String?) -> String {
    errors.restart ?? check(file ?? errors.errors.first?.file ?? "FILE")
  }
}
