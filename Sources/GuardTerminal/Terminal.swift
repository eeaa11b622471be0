import Glibc
package import GuardTypes
package import Health
import Platform

/// The properties of the output: width, colors and relative times.
package struct Terminal: Hashable, Sendable {
  /// The width in columns; nil for a pipe, which has no limit.
  package var width: Int?
  package var hasColor: Bool
  /// True if the terminal can show non-ASCII characters.
  package var drawsBlocks = false
  package var now: Timestamp

  static let widths = 60...250
  /// Longer lines of text are hard to read, even on a wide terminal.
  package static let proseWidth = 120

  /// Detects the properties of standard output.
  package static func standardOutput() -> Terminal {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    return Terminal(
      width: columns(isTerminal: isTerminal),
      hasColor: isTerminal && !isSet("NO_COLOR") && obeysControl(environment("TERM")),
      drawsBlocks: isTerminal && hasUTF8, now: .now)
  }

  /// True if standard output is a terminal that a screen can be drawn on.
  package static var drawsScreens: Bool { isatty(STDOUT_FILENO) == 1 && obeysControl(environment("TERM")) }

  /// False for a terminal without control sequences (terminfo(5)), and for one that has no name.
  static func obeysControl(_ term: String?) -> Bool { !["", "dumb", "unknown"].contains(term ?? "") }

  /// The first of these variables that is set and not empty determines the character set (locale(7)).
  private static var hasUTF8: Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap(environment).first { !$0.isEmpty } ?? ""
    let name = locale.lowercased()
    return name.contains("utf-8") || name.contains("utf8")
  }

  /// A verdict as one character. The shapes differ, so that the color is not needed.
  package static func shape(_ verdict: Verdict) -> (unicode: String, ascii: String) {
    switch verdict {
    case .healthy: ("✓", "+")
    case .degraded: ("▲", "!")
    case .critical: ("✗", "X")
    case .unknown: ("?", "?")
    }
  }

  /// The shape of the verdict in its color.
  package func mark(_ verdict: Verdict) -> Span {
    let shape = Terminal.shape(verdict)
    return Span(drawsBlocks ? shape.unicode : shape.ascii, verdict.style)
  }

  private static func columns(isTerminal: Bool) -> Int? {
    if let columns = environment("COLUMNS").flatMap({ Int($0) }), columns > 0 { return clamped(columns) }
    guard isTerminal else { return nil }
    return clamped(TerminalSize.current?.columns ?? 80)
  }

  private static func clamped(_ columns: Int) -> Int {
    min(max(columns, widths.lowerBound), widths.upperBound)
  }

  // https://no-color.org: "when present and not an empty string".
  private static func isSet(_ name: String) -> Bool { environment(name).map { !$0.isEmpty } ?? false }

  private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// The number of rows and columns of the terminal on standard output.
package struct TerminalSize: Hashable, Sendable {
  package let rows: Int
  package let columns: Int

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// nil if standard output is not a terminal, or the terminal does not report its size.
  package static var current: TerminalSize? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    return TerminalSize(rows: Int(size.ws_row), columns: Int(size.ws_col))
  }
}

extension Timestamp {
  package static var now: Timestamp { Timestamp(milliseconds: WallClock.milliseconds) }
}
