/// Reads a JSON object whose values are all strings, as Go's `json.Unmarshal` into a `map[string]string` does: anything
/// else in the text makes it no such object.
struct StringMap {
  /// Of several pairs with one key, the last one applies.
  private(set) var values: [String: String] = [:]

  init?(_ text: String) {
    var reader = Reader(rest: text.unicodeScalars[...])
    guard let values = reader.object(), reader.isAtEnd else { return nil }
    self.values = values
  }

  private struct Reader {
    var rest: Substring.UnicodeScalarView

    var isAtEnd: Bool { rest.allSatisfy(\.isJSONSpace) }

    mutating func object() -> [String: String]? {
      guard consume("{") else { return nil }
      var values: [String: String] = [:]
      if consume("}") { return values }
      repeat {
        guard let key = string(), consume(":") else { return nil }
        if let value = string() {
          values[key] = value
        } else if !word("null") {
          return nil
        } else {
          // Go empties the element and leaves it so, even if the key was there before.
          values[key] = ""
        }
      } while consume(",")
      return consume("}") ? values : nil
    }

    private mutating func skipSpace() { rest = rest.drop(while: \.isJSONSpace) }

    private mutating func consume(_ scalar: Unicode.Scalar) -> Bool {
      skipSpace()
      guard rest.first == scalar else { return false }
      rest.removeFirst()
      return true
    }

    private mutating func word(_ word: String) -> Bool {
      skipSpace()
      guard rest.starts(with: word.unicodeScalars) else { return false }
      rest = rest.dropFirst(word.unicodeScalars.count)
      return true
    }

    private mutating func string() -> String? {
      let begin = rest
      guard consume("\"") else { return nil }
      var text = String.UnicodeScalarView()
      while let scalar = rest.popFirst() {
        switch scalar {
        case "\"": return String(text)
        case "\\":
          guard let meant = escape() else { return nil }
          text.append(meant)
        case _ where scalar.value < 0x20: return nil
        default: text.append(scalar)
        }
      }
      rest = begin
      return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
      switch rest.popFirst() {
      case "\"": return "\""
      case "\\": return "\\"
      case "/": return "/"
      case "b": return "\u{8}"
      case "f": return "\u{C}"
      case "n": return "\n"
      case "r": return "\r"
      case "t": return "\t"
      case "u":
        guard let unit = hexadecimal() else { return nil }
        // A surrogate that is not one half of a pair becomes the replacement character, as in Go.
        guard (0xD800..<0xDC00).contains(unit) else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
        let afterFirst = rest
        if rest.popFirst() == "\\", rest.popFirst() == "u", let second = hexadecimal(),
          (0xDC00..<0xE000).contains(second)
        {
          return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
        }
        rest = afterFirst
        return "\u{FFFD}"
      default: return nil
      }
    }

    private mutating func hexadecimal() -> UInt32? {
      guard rest.count >= 4 else { return nil }
      let digits = String(rest.prefix(4))
      guard digits.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
      rest = rest.dropFirst(4)
      return UInt32(digits, radix: 16)
    }
  }
}

extension Unicode.Scalar {
  /// RFC 8259, section 2.
  fileprivate var isJSONSpace: Bool { self == " " || self == "\t" || self == "\n" || self == "\r" }
}
