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

  package init(file: String, line: Int = 1, column: Int = 1, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
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

  /// One error per line.
  package var description: String { errors.map(\.description).joined(separator: "\n") }
}
