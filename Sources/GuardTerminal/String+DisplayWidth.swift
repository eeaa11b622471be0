extension String {
  /// The width in columns on a terminal.
  package var displayWidth: Int {
    // Most names and messages are ASCII.
    if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
    return reduce(0) { $0 + $1.displayWidth }
  }

  /// Truncated to `width` columns, with `…` at the end if it is truncated.
  package func cut(to width: Int) -> String {
    guard displayWidth > width else { return self }
    guard width > 0 else { return "" }
    var text = ""
    var used = 1
    for character in self {
      used += character.displayWidth
      if used > width { break }
      text.append(character)
    }
    return text + "…"
  }

  /// Truncated to `width` columns, with `…` at the start if it is truncated.
  package func cutAtStart(to width: Int) -> String { String(String(reversed()).cut(to: width).reversed()) }

  /// Wrapped at spaces into lines of at most `width` columns; longer words are split.
  package func wrapped(to width: Int) -> [String] {
    guard displayWidth > width else { return [self] }
    let width = max(width, 1)
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ") {
      if !line.isEmpty, line.displayWidth + 1 + String(word).displayWidth <= width {
        line += " " + word
        continue
      }
      if !line.isEmpty { lines.append(line) }
      line = ""
      for character in word {
        if line.displayWidth + character.displayWidth > width {
          lines.append(line)
          line = ""
        }
        line.append(character)
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  /// Wrapped into a few lines. If the text has more, the last line ends with the way to see all of it.
  ///
  /// - Parameters:
  ///   - whole: the options that print the whole text, for example `-o json`.
  ///   - limit: the number of lines, at least 1.
  package func wrapped(to width: Int, whole: String, max limit: Int = paragraphLines) -> [String] {
    let lines = wrapped(to: width)
    guard lines.count > limit else { return lines }
    let hint = " (whole text: \(whole))"
    let kept = lines[limit - 1].cut(to: max(1, width - hint.displayWidth - 1))
    return lines.prefix(limit - 1) + [(kept.hasSuffix("…") ? kept : kept + "…") + hint]
  }

  /// The lines of a paragraph on a page with several.
  package static let paragraphLines = 4
}

extension Character {
  /// 0, 1 or 2 columns, according to the rules of wcwidth with a table of wide blocks (UAX #11, W and F).
  package var displayWidth: Int {
    guard let first = unicodeScalars.first else { return 0 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: return first.isWide ? 2 : 1
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isWide: Bool {
    switch value {
    case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x2614...0x2615, 0x26A1, 0x2705,
      0x274C, 0x2753...0x2755, 0x2757, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
      0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
