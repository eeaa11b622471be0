import Glibc

/// The terminal's alternate screen. It is redrawn in place, and deinit restores the previous contents.
package struct LiveScreen: ~Copyable {
  private var shown: [String] = []
  private let echo: termios?

  package init() {
    // Disable echo, because typed keys would scroll the view.
    var attributes = termios()
    if tcgetattr(STDIN_FILENO, &attributes) == 0 {
      echo = attributes
      attributes.c_lflag &= ~tcflag_t(ECHO)
      tcsetattr(STDIN_FILENO, TCSADRAIN, &attributes)
    } else {
      echo = nil
    }
    StandardOutput.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
  }

  deinit {
    StandardOutput.write("\u{1B}[?25h\u{1B}[?1049l")
    if var echo { tcsetattr(STDIN_FILENO, TCSAFLUSH, &echo) }
  }

  /// Redraws everything after a change of the screen's size.
  package mutating func clear() {
    shown = []
    StandardOutput.write("\u{1B}[2J")
  }

  /// Shows the lines and writes only those that changed. False if the terminal has gone.
  package mutating func draw(_ page: Page, _ terminal: Terminal, rows: Int) -> Bool {
    let lines = LiveScreen.fitted(page.lines, terminal, rows: rows)
      .map { $0.written(inColour: terminal.hasColour) }
    var text = ""
    for row in 0..<max(lines.count, shown.count) {
      let line = row < lines.count ? lines[row] : ""
      if row < shown.count, shown[row] == line { continue }
      // Clear the line first: after a line of full width, erasing to its end would remove the last character.
      text += "\u{1B}[\(row + 1);1H\u{1B}[2K\(line)"
    }
    shown = lines
    return text.isEmpty || StandardOutput.write(text)
  }

  /// Wraps long lines at the screen's width, and replaces lines that do not fit by their number.
  static func fitted(_ lines: [Line], _ terminal: Terminal, rows: Int) -> [Line] {
    let width = terminal.width ?? 80
    let folded = lines.flatMap { $0.folded(to: width) }
    guard folded.count > rows, rows > 1 else { return folded }
    let more = folded.count - rows + 1
    return folded.prefix(rows - 1) + [Line(Span("… \(more.of("more line"))", .faint))]
  }
}

extension Line {
  fileprivate func folded(to width: Int) -> [Line] {
    guard spans.reduce(0, { $0 + $1.width }) > width else { return [self] }
    var lines = [Line()]
    var used = 0
    for span in spans {
      var part = ""
      for character in span.text {
        if used + character.displayWidth > width {
          lines[lines.count - 1].spans.append(Span(part, span.style))
          lines.append(Line())
          (part, used) = ("", 0)
        }
        part.append(character)
        used += character.displayWidth
      }
      lines[lines.count - 1].spans.append(Span(part, span.style))
    }
    return lines
  }
}
