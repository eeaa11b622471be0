import Health

/// A text of a cluster or of a server, made harmless for a model and its terminal.
///
/// Removed are terminal sequences (ECMA-48), control characters, characters without a glyph or with an effect on the
/// direction of writing, and what stands for bytes that were no UTF-8. Line breaks become spaces. The meaning of the
/// words can't be judged, so the text also belongs into a field that is marked as untrusted.
enum ForeignText {
  /// In Unicode scalars.
  static let limit = 500

  static func clean(_ text: String, limit: Int = limit) -> String {
    // Everything that is removed is outside of printable ASCII, or begins with a backslash.
    if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x5C }) {
      return text
    }
    // A bound before the passes over the text: a removed character can be written as ten.
    let window = text.unicodeScalars.prefix(limit * 16)
    var kept = String.UnicodeScalarView()
    var count = 0
    for scalar in withoutSequences(unescaped(window)) {
      guard let scalar = shown(scalar, after: kept.last) else { continue }
      guard count < limit else {
        kept.append("…")
        break
      }
      kept.append(scalar)
      count += 1
    }
    return String(kept)
  }

  private static func shown(_ scalar: Unicode.Scalar, after last: Unicode.Scalar?) -> Unicode.Scalar? {
    switch scalar {
    case "\n", "\r", "\t": return last == nil || last == " " ? nil : " "
    // The replacement character: a byte that is no UTF-8, or half of a surrogate pair.
    case "\u{FFFD}": return nil
    case _ where scalar.isInvisible: return nil
    default: return scalar
    }
  }

  /// Resolves `\u{1b}`, as which the guard shows an invisible character.
  private static func unescaped(_ text: Substring.UnicodeScalarView) -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    var rest = text[...]
    while let first = rest.first {
      if first == "\\", let (scalar, length) = escape(rest) {
        scalars.append(scalar)
        rest = rest.dropFirst(length)
      } else {
        scalars.append(first)
        rest = rest.dropFirst()
      }
    }
    return scalars
  }

  private static func escape(_ text: Substring.UnicodeScalarView) -> (Unicode.Scalar, length: Int)? {
    let head = Array(text.prefix(11))
    guard head.count > 4, head[1] == "u", head[2] == "{", let end = head.firstIndex(of: "}") else {
      return nil
    }
    var digits = String.UnicodeScalarView()
    digits.append(contentsOf: head[3..<end])
    guard let value = UInt32(String(digits), radix: 16), let scalar = Unicode.Scalar(value),
      scalar.isInvisible
    else { return nil }
    return (scalar, end + 1)
  }

  /// Removes control sequences, control strings and escape sequences (ECMA-48 §5.3 to §5.6).
  private static func withoutSequences(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var kept: [Unicode.Scalar] = []
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      switch scalar {
      case "\u{1B}":
        guard index < scalars.count else { break }
        let next = scalars[index]
        switch next {
        case "[": index = endOfSequence(scalars, from: index + 1)
        case "]", "P", "X", "^", "_": index = endOfString(scalars, from: index + 1)
        case "\u{20}"..."\u{2F}":
          while index < scalars.count, ("\u{20}"..."\u{2F}").contains(scalars[index]) { index += 1 }
          if index < scalars.count, ("\u{30}"..."\u{7E}").contains(scalars[index]) { index += 1 }
        case "\u{30}"..."\u{7E}": index += 1
        default: break
        }
      case "\u{9B}": index = endOfSequence(scalars, from: index)
      case "\u{90}", "\u{98}", "\u{9D}", "\u{9E}", "\u{9F}": index = endOfString(scalars, from: index)
      default: kept.append(scalar)
      }
    }
    return kept
  }

  /// After the parameters and the final byte of a control sequence.
  private static func endOfSequence(_ scalars: [Unicode.Scalar], from start: Int) -> Int {
    var index = start
    while index < scalars.count, ("\u{20}"..."\u{3F}").contains(scalars[index]) { index += 1 }
    if index < scalars.count, ("\u{40}"..."\u{7E}").contains(scalars[index]) { index += 1 }
    return index
  }

  /// After the terminator of a control string. Without one, only its introducer is removed, so that a text can't hide the
  /// rest of itself.
  private static func endOfString(_ scalars: [Unicode.Scalar], from start: Int) -> Int {
    var index = start
    while index < scalars.count {
      switch scalars[index] {
      case "\u{07}", "\u{9C}": return index + 1
      case "\u{1B}":
        return index + 1 < scalars.count && scalars[index + 1] == "\\" ? index + 2 : index
      default: index += 1
      }
    }
    return start
  }
}
