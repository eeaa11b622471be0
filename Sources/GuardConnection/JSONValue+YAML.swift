import GuardAPI

extension JSONValue {
  /// A YAML document with sorted keys. Texts are in double quotes, which have the escapes of JSON (YAML 1.2.2, §7.3.1),
  /// so no text can be read as another type. The code is written by hand, because the client links no YAML library.
  package var yaml: String {
    var text = ""
    writeYAML(to: &text, indent: "")
    return text
  }

  /// Writes the value after a key, a dash or nothing, up to its last line feed.
  private func writeYAML(to text: inout String, indent: String) {
    switch self {
    case .null: text += "null\n"
    case .bool(let flag): text += flag ? "true\n" : "false\n"
    case .integer(let integer): text += "\(integer)\n"
    case .number(let number): text += "\(number)\n"
    case .numeral(let numeral): text += numeral + "\n"
    case .string(let string): text += string.jsonQuoted + "\n"
    case .array(let items):
      guard !items.isEmpty else { return text += "[]\n" }
      for item in items { item.writeYAML(to: &text, after: "-", indent: indent) }
    case .object(let fields):
      guard !fields.isEmpty else { return text += "{}\n" }
      for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
        value.writeYAML(to: &text, after: JSONValue.key(key) + ":", indent: indent)
      }
    }
  }

  private func writeYAML(to text: inout String, after label: String, indent: String) {
    text += indent + label + (isBlock ? "\n" : " ")
    writeYAML(to: &text, indent: isBlock ? indent + "  " : "")
  }

  /// True if the value is written on lines of its own.
  private var isBlock: Bool {
    switch self {
    case .array(let items): !items.isEmpty
    case .object(let fields): !fields.isEmpty
    case .null, .bool, .integer, .number, .numeral, .string: false
    }
  }

  /// Words that YAML 1.1 reads as booleans or null (`y`, `no`, `null`) are quoted.
  private static func key(_ key: String) -> String {
    let isPlain =
      key.utf8.count > 3 && !["true", "false", "null"].contains(key.lowercased())
      && key.utf8.allSatisfy {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
      }
    return isPlain ? key : key.jsonQuoted
  }
}
