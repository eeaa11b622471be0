/// Writes YAML for `--print-config`.
enum YAMLText {
  /// A YAML scalar: plain if it can't be read as anything but this text, otherwise in double quotes.
  static func scalar(_ text: String) -> String {
    let isPlain =
      text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "/._-".utf8.contains(byte)
        }
      } && (text.utf8.first.map { $0 != UInt8(ascii: "-") } ?? false)
      && !["null", "Null", "NULL"].contains(text)
    return isPlain ? text : quoted(text)
  }

  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  static func list(_ texts: [String]) -> String { "[\(texts.joined(separator: ", "))]" }

  /// - Parameter parts: `key: value` of each.
  static func mapping(_ parts: [String]) -> String {
    parts.isEmpty ? "{}" : "{ \(parts.joined(separator: ", ")) }"
  }
}
