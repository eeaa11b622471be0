/// One mistake in a configuration, and where it is.
package struct ConfigurationError: Hashable, Sendable, CustomStringConvertible {
  /// The file's name, as it was given.
  package let file: String
  /// From 1; 1 for a mistake that has no place in the file.
  package let line: Int
  /// From 1, in characters.
  package let column: Int
  /// The mistake, and the values that would be right.
  package let message: String

  package init(file: String, line: Int = 1, column: Int = 1, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  package var description: String { "\(file):\(line):\(column): \(message)" }
}

/// Everything that is wrong with a configuration, in the order of the file.
package struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
  /// At least one.
  package let errors: [ConfigurationError]

  package init(_ errors: [ConfigurationError]) {
    self.errors = errors.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }

  /// One error a line.
  package var description: String { errors.map(\.description).joined(separator: "\n") }
}
