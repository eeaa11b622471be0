package import GuardTerminal

/// A drawn screen: one line per row.
package struct ScreenFrame: Hashable, Sendable {
  package let lines: [Line]
  /// The id of the problem in each row, for mouse clicks.
  package let problems: [Int: String]
  /// The last position to which the text can be scrolled.
  package let scrollLimit: Int

  init(lines: [Line], problems: [Int: String] = [:], scrollLimit: Int = 0) {
    self.lines = lines
    self.problems = problems
    self.scrollLimit = scrollLimit
  }
}
