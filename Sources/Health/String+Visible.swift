// Escapes and shortens external text for display. Every character becomes visible, and none can control a terminal or change the
// writing direction. An escape is plain ASCII, `\u{200b}`, so escaping twice changes nothing.

extension String {
  /// One line of text: a line break or a tab becomes one space, and each invisible character is escaped.
  public var singleLine: String { visible(.prose) }

  /// One line in which line breaks and tabs are also escaped: `\n`.
  public var escaped: String { visible(.word) }

  /// Like `escaped`, for a name: spaces at either end or after another space are also escaped.
  public var escapedName: String { visible(.name) }

  /// Text with several lines: line feeds and tabs stay, and each other invisible character is escaped.
  public var escapedLines: String { visible(.lines) }

  private enum Form {
    case prose, word, name, lines
  }

  private func visible(_ form: Form) -> String {
    // A fast path, because nearly all texts are plain ASCII.
    if utf8.allSatisfy({ (0x21..<0x7F).contains($0) || $0 == 0x20 && form != .name }) { return self }
    var text = String.UnicodeScalarView()
    for (index, scalar) in zip(unicodeScalars.indices, unicodeScalars) {
      switch (scalar, form) {
      case ("\n", .lines), ("\t", .lines): text.append(scalar)
      case ("\n", .prose), ("\t", .prose), ("\r", .prose):
        if text.last != " " { text.append(" ") }
      case ("\n", _): text.append(contentsOf: "\\n".unicodeScalars)
      case ("\t", _): text.append(contentsOf: "\\t".unicodeScalars)
      case ("\r", _): text.append(contentsOf: "\\r".unicodeScalars)
      case (" ", .name):
        let isSeen =
          !text.isEmpty && text.last != " " && unicodeScalars.index(after: index) != unicodeScalars.endIndex
        text.append(contentsOf: isSeen ? " ".unicodeScalars : scalar.codePoint.unicodeScalars)
      case _ where scalar.isInvisible: text.append(contentsOf: scalar.codePoint.unicodeScalars)
      default: text.append(scalar)
      }
    }
    return String(text)
  }
}

extension Unicode.Scalar {
  /// True for invisible or misleading characters: controls, formats, separators other than the plain space, variation
  /// selectors, tags and other default ignorables (UAX #44), private and unassigned code points, and the few letters
  /// and symbols with a blank glyph.
  public var isInvisible: Bool {
    switch value {
    case 0x20..<0x7F, 0xA1..<0xAD, 0xAE..<0x300: return false
    // Braille and musical blanks, a Khitan filler, and two blanks of the Egyptian hieroglyphs.
    case 0x2800, 0x1D159, 0x16FE4, 0x13441, 0x13442: return true
    default: break
    }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse, .surrogate,
      .unassigned:
      return true
    default: return properties.isDefaultIgnorableCodePoint
    }
  }

  /// For example `\u{200b}`.
  fileprivate var codePoint: String { "\\u{\(String(value, radix: 16))}" }
}

extension String {
  /// Cuts the text to at most this many bytes of UTF-8 at a character boundary and marks the cut, so that text from a
  /// cluster cannot make a log entry arbitrarily long.
  package func limited(to limit: Int) -> String {
    guard utf8.count > limit else { return self }
    let mark = "…"
    var kept = 0
    var end = startIndex
    for index in unicodeScalars.indices {
      let size = UTF8.width(unicodeScalars[index])
      guard kept + size + mark.utf8.count <= limit else { break }
      kept += size
      end = unicodeScalars.index(after: index)
    }
    return self[..<end] + mark
  }
}
