/// A key, a movement of the wheel, a click or a pasted text.
package enum Key: Hashable, Sendable {
  case character(Unicode.Scalar)
  case enter, escape, tab, backTab, backspace, delete
  case up, down, left, right, home, end, pageUp, pageDown
  /// Ctrl with a letter in lower case.
  case control(Unicode.Scalar)
  case wheelUp, wheelDown
  /// The left button. The row and the column count from 0.
  case click(row: Int, column: Int)
  /// One line of text without invisible characters.
  case paste(String)
}
