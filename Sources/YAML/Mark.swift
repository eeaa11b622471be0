/// A position in a text.
package struct Mark: Hashable, Sendable, CustomStringConvertible {
  /// Starts at 1.
  package let line: Int
  /// Starts at 1, in Unicode scalars; a byte order mark does not count.
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package var description: String { "\(line):\(column)" }
}
