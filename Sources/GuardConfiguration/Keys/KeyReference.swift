/// An entry of guard.yaml(5). It is generated from the key's description, so that the manual page and the
/// program agree.
package struct KeyReference: Hashable, Sendable {
  /// The path of keys, with `[]` after a list: `clusters[].tunnel.backoff.max`.
  package let path: String
  /// `a duration from 10ms to 1h`
  package let values: String
  /// The default as in guard.yaml, or in words; nil for a required key.
  package let standard: String?
  package let meaning: String

  /// `max`
  package var name: String {
    String(path[(path.lastIndex(of: ".").map(path.index(after:)) ?? path.startIndex)...])
  }
}

extension ConfigurationEnvironment {
  /// The environment for the defaults in the reference: that of a system service.
  static var reference: ConfigurationEnvironment { ConfigurationEnvironment(isRoot: true, home: "~") }
}

extension KeyReference {
  /// A list item of mdoc(7): the key, its allowed values, its default and its meaning.
  package var mdoc: String {
    let rest = standard.map { "default: \($0)" } ?? "required"
    return ".It Ic \(path)\n"
      + KeyReference.lines("\(values.prefix(1).uppercased())\(values.dropFirst()); \(rest). \(meaning)")
  }

  /// Starts each sentence on a new line, and limits lines to 80 bytes, as mdoc(7) recommends.
  private static func lines(_ text: String) -> String {
    var lines = [""]
    var isSentenceEnd = false
    for word in text.replacing("\\", with: "\\e").split(separator: " ").map(String.init) {
      let line = lines[lines.count - 1]
      if isSentenceEnd || line.utf8.count + word.utf8.count >= 80 {
        lines.append(word)
      } else {
        lines[lines.count - 1] = line.isEmpty ? word : "\(line) \(word)"
      }
      isSentenceEnd = word.hasSuffix(".")
    }
    // A dot or a quote at the start of a line begins a macro.
    return lines.map { ($0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&" : "") + $0 + "\n" }.joined()
  }
}
