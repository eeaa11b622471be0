/// The text of a kubeconfig, with its servers and its current context.
///
/// This is not a YAML parser: it finds lines `server: URL` and changes only their values. The guard parses the result
/// before it is used.
struct KubeconfigText: Hashable, Sendable {
  let text: String
  /// The distinct servers.
  let servers: [String]
  let context: String?

  init(_ text: String) {
    self.text = text
    var servers: [String] = []
    var context: String?
    for line in KubeconfigText.lines(text) {
      if let server = KubeconfigText.value("server", of: line), !servers.contains(server) {
        servers.append(server)
      }
      if line.hasPrefix("current-context:") { context = KubeconfigText.value("current-context", of: line) }
    }
    self.servers = servers
    self.context = context
  }

  /// The same text with another server. All other bytes stay the same.
  func with(server: String) -> String {
    KubeconfigText.lines(text).map { line in
      guard let old = KubeconfigText.value("server", of: line), let range = line.firstRange(of: old) else {
        return line
      }
      return line.replacingCharacters(in: range, with: server)
    }.joined(separator: "\n")
  }

  /// Splits Unicode scalars, because "\r\n" is a single Character.
  private static func lines(_ text: String) -> [Substring] {
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
  }

  private static func value(_ key: String, of line: Substring) -> String? {
    var rest = line.drop { $0 == " " || $0 == "-" }
    guard rest.hasPrefix("\(key):") else { return nil }
    rest = rest.dropFirst(key.count + 1).drop { $0 == " " }
    if let quote = rest.first, quote == "\"" || quote == "'" {
      return String(rest.dropFirst().prefix { $0 != quote })
    }
    let value = rest.prefix { $0 != " " && $0 != "\r" }
    return value.isEmpty ? nil : String(value)
  }
}

extension Substring {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> Substring {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
