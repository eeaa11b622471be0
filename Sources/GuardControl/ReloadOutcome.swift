package import GuardConfiguration

/// What became of a reload.
package enum ReloadOutcome: Sendable {
  /// In one line, what changed.
  case taken(String)
  /// The file is wrong; nothing changed.
  case rejected(ConfigurationErrors)
  /// The configuration is in force, but this machine gave too little to follow it.
  case incomplete(String)
}
