package import GuardConfiguration

/// The outcome of a reload.
package enum ReloadOutcome: Sendable {
  /// The changes, in one line.
  case applied(String)
  /// The file is invalid; nothing changed.
  case rejected(ConfigurationErrors)
  /// The configuration is in force, but this machine lacks resources for a part of it.
  case incomplete(String)
}
