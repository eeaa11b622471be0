// Text from outside, made fit for a log.

extension String {
  /// At most this many bytes of UTF-8, cut between characters and marked where cut: what a cluster sends
  /// must not grow a log entry without end.
  func cut(to limit: Int) -> String {
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

  /// Control characters made visible, so that a server's text can't move the cursor, colour the terminal or
  /// forge a line of log: C0, C1, DEL, and the Unicode line, paragraph and direction marks.
  var escaped: String {
    guard unicodeScalars.contains(where: \.isUnsafeOnTerminal) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case _ where scalar.isUnsafeOnTerminal: text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  fileprivate var isUnsafeOnTerminal: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
