/// An error in a configuration, with its position.
package struct ConfigurationError: Hashable, Sendable, CustomStringConvertible {
  /// The name of the file, as it was specified.
  package let file: String
  /// Starts at 1; 1 for an error without a position in the file.
  package let line: Int
  /// Starts at 1, in characters.
  package let column: Int
  /// The error, and the values that are allowed.
  package let message: String
  /// The command that resolves the error by a restart, if the file is valid for a new process; nil: the file must change.
  package let restart: String?

  /// True if a new process accepts the file, with other clusters than those that run.
  package let isReloadOnly: Bool

  package init(
    file: String, line: Int = 1, column: Int = 1, message: String, restart: String? = nil,
    isReloadOnly: Bool = false
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.restart = restart
    self.isReloadOnly = isReloadOnly
  }

  package var description: String { "\(file):\(line):\(column): \(message)" }
}

/// All errors of a configuration, in the order of the file.
package struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
  /// At least one.
  package let errors: [ConfigurationError]

  package init(_ errors: [ConfigurationError]) {
    self.errors = errors.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }

  /// The command that applies the file by a restart, because a reload can't; nil: the file has mistakes.
  package var restart: String? {
    errors.allSatisfy { $0.restart != nil } ? errors.first?.restart : nil
  }

  /// True if a new process rejects the file too.
  package var preventStart: Bool { errors.contains { $0.restart == nil && !$0.isReloadOnly } }

  /// One error per line.
  package var description: String { errors.map(\.description).joined(separator: "\n") }
}
