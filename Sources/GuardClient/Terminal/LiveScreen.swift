import Glibc

/// The terminal's alternate screen, redrawn in place; what was there before comes back at the end.
struct LiveScreen: ~Copyable {
  private var shown: [String] = []
  private let echo: termios?

  init() {
    // Typed keys would scroll the view.
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

  /// Forgets what is on the screen: after a change of its size.
  mutating func clear() {
    shown = []
    StandardOutput.write("\u{1B}[2J")
  }

  /// Shows the lines, writing only those that changed. False where the terminal has gone.
  mutating func draw(_ page: Page, _ terminal: Terminal, rows: Int) -> Bool {
    let lines = LiveScreen.fitted(page.lines, terminal, rows: rows)
      .map { $0.written(inColour: terminal.hasColour) }
    var text = ""
    for row in 0..<max(lines.count, shown.count) {
      let line = row < lines.count ? lines[row] : ""
      if row < shown.count, shown[row] == line { continue }
      // Cleared first: after a full line, erasing to its end would take the last character.
      text += "\u{1B}[\(row + 1);1H\u{1B}[2K\(line)"
    }
    shown = lines
    return text.isEmpty || StandardOutput.write(text)
  }

  /// Lines that are longer than the screen is wide continue below, and what is too much is counted.
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
