internal import GuardAPI

/// A folder in which the guard keeps its state, as it is before the setup.
package struct StateFolderFacts: Hashable, Sendable {
  let path: String
  let exists: Bool
  /// The files that are there, also those in `alerts`.
  let files: [String]
  /// nil if it does not exist.
  let mode: UInt32?

  init(_ path: String, _ system: any SetupSystem) {
    self.path = path
    exists = system.exists(path)
    mode = system.status(of: path)?.mode
    files = StateFolderFacts.files(in: path, system)
  }

  static func files(in path: String, _ system: any SetupSystem) -> [String] {
    system.names(in: path)
      + system.names(in: "\(path)/\(StateFile.alerts)").map { "\(StateFile.alerts)/\($0)" }
  }
}
