import GuardAPI

extension JSONValue {
  /// One line without spaces, with sorted keys, for protocols that send one value per line. Like `pretty`, it escapes
  /// invisible characters, also U+2028 and U+2029.
  package var line: String {
    var text = ""
    writeLine(to: &text)
    return text
  }

  private func writeLine(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .integer(let integer): text += "\(integer)"
    // RFC 8259 §6 has no infinity and no NaN.
    case .number(let number): text += number.isFinite ? "\(number)" : "null"
    case .numeral(let numeral): text += numeral
    case .string(let string): text += string.jsonQuoted
    case .array(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += "," }
        item.writeLine(to: &text)
      }
      text += "]"
    case .object(let fields):
      text += "{"
      for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
        text += (index > 0 ? "," : "") + field.key.jsonQuoted + ":"
        field.value.writeLine(to: &text)
      }
      text += "}"
    }
  }
}
