package import GuardConfiguration

/// The outcome of a reload.
package enum ReloadOutcome: Sendable {
  /// In one line, what changed.
  case taken(String)
  /// The file is wrong; nothing changed.
  case rejected(ConfigurationErrors)
  /// The configuration is in force, but this machine lacks resources for a part of it.
  case incomplete(String)
}
