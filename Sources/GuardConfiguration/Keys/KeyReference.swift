/// An entry of guard.yaml(5): taken from the key's description, so that page and program agree.
package struct KeyReference: Hashable, Sendable {
  /// `clusters[].tunnel.backoff.max`: every key on the way to it, `[]` after a list.
  package let path: String
  /// `a duration from 10ms to 1h`
  package let values: String
  /// As guard.yaml would have it, or in words; nil: the key must be given.
  package let standard: String?
  package let meaning: String

  /// `max`
  package var name: String {
    String(path[(path.lastIndex(of: ".").map(path.index(after:)) ?? path.startIndex)...])
  }
}

extension ConfigurationEnvironment {
  /// The environment that the reference's defaults are for: a system service's.
  static var reference: ConfigurationEnvironment { ConfigurationEnvironment(isRoot: true, home: "~") }
}

extension KeyReference {
  /// A list item of mdoc(7): the key, the values that it takes, its default and its meaning.
  package var mdoc: String {
    let rest = standard.map { "default: \($0)" } ?? "must be given"
    return ".It Cm \(path)\n\(KeyReference.escaped("\(values); \(rest).\n\(meaning)"))\n"
  }

  /// mdoc(7): a backslash begins an escape, and a dot or quote at a line's start a macro.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.first == "." || line.first == "'" ? "\\&\(line)" : String(line)
    }.joined(separator: "\n")
  }
}
