import FoundationEssentials
import GuardTerminal

/// Writes frames to the terminal: only the lines that changed.
struct ScreenWriter {
  private var shown: [String] = []
  let hasColor: Bool

  init(hasColor: Bool) {
    self.hasColor = hasColor
  }

  /// Draws everything the next time.
  mutating func invalidate() {
    shown = []
    StandardOutput.write("\u{1B}[2J")
  }

  /// False if the terminal has gone.
  mutating func draw(_ frame: ScreenFrame) -> Bool {
    let lines = frame.lines.map { $0.written(inColor: hasColor) }
    var text = ""
    for (row, line) in lines.enumerated() where row >= shown.count || shown[row] != line {
      // Clear the line first: after a line of full width, erasing to its end would remove the last character.
      text += "\u{1B}[\(row + 1);1H\u{1B}[2K\(line)"
    }
    shown = lines
    return text.isEmpty || StandardOutput.write(text)
  }
}

extension ScreenWriter {
  /// Copies a text to the terminal's clipboard (xterm's OSC 52). Base64 keeps it from being a control sequence.
  func copy(_ text: String) {
    StandardOutput.write("\u{1B}]52;c;\(Data(text.utf8).base64EncodedString())\u{07}")
  }
}
