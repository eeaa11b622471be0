internal import FoundationEssentials

/// The text of a kubeconfig, in YAML or JSON, with its servers and contexts.
///
/// This is not a YAML parser: it finds the keys `server` with their values, and changes only these values. The guard
/// parses the result before it is used.
struct KubeconfigText: Hashable, Sendable {
  let text: String
  /// The distinct servers.
  let servers: [String]
  /// The selected context.
  let context: String?
  /// The servers by context. Empty for YAML in flow style.
  let serverOfContext: [String: String]

  /// How servers begin that K3s writes for its own machine.
  static let loopback = ["https://127.0.0.1:", "https://localhost:", "https://[::1]:"]

  /// The number of contexts, also of those without a known server.
  let contextCount: Int
  /// The context of a file that has one alone; kubectl selects none then, but there is no other choice.
  var onlyContext: String? { serverOfContext.count == 1 ? serverOfContext.keys.first : nil }

  init(_ text: String) {
    self.text = text
    if let document = KubeconfigText.json(text) {
      let named = Dictionary(
        document.clusters.map { ($0.name, $0.cluster.server) }, uniquingKeysWith: { first, _ in first })
      servers = document.clusters.map(\.cluster.server).distinct
      context = document.currentContext.flatMap { $0.isEmpty ? nil : $0 }
      serverOfContext = Dictionary(
        document.contexts.compactMap { entry in named[entry.context.cluster].map { (entry.name, $0) } },
        uniquingKeysWith: { first, _ in first })
      contextCount = document.contexts.count
      return
    }
    servers = KubeconfigText.matches(text).map(\.server).distinct
    context = KubeconfigText.lines(text).last { $0.hasPrefix("current-context:") }.flatMap {
      KubeconfigText.value("current-context", of: $0)
    }
    let named = KubeconfigText.entries(of: "clusters", "server", in: text)
    let contexts = KubeconfigText.entries(of: "contexts", "cluster", in: text)
    contextCount = contexts.count
    serverOfContext = contexts.compactMapValues { named[$0] }
  }

  /// The same text with another server. All other bytes stay the same.
  func with(server: String) -> String {
    var changed = text
    for match in KubeconfigText.matches(text).reversed() {
      changed.replaceSubrange(match.range, with: server)
    }
    return changed
  }

  /// The contexts whose server satisfies a condition, in the order of their names.
  func contexts(where isWanted: (String) -> Bool) -> [String] {
    serverOfContext.filter { isWanted($0.value) }.map(\.key).sorted()
  }

  // MARK: - Servers

  /// The values of the keys `server`, in block style, flow style or JSON, without their quotes.
  private static func matches(_ text: String) -> [(range: Range<String.Index>, server: String)] {
    text.ranges(of: "server").compactMap { range in
      var before = text[..<range.lowerBound].unicodeScalars
      var after = text[range.upperBound...].unicodeScalars
      if let quote = before.last, quote == "\"" || quote == "'" {
        guard after.popFirst() == quote else { return nil }
        before.removeLast()
      }
      guard isKeyPlace(before.suffix(while: { $0 != "\n" })) else { return nil }
      after = after.drop { " \t".unicodeScalars.contains($0) }
      guard after.popFirst() == ":" else { return nil }
      after = after.drop { " \t".unicodeScalars.contains($0) }
      // A tag, such as !!str, and an anchor
      while let first = after.first, first == "!" || first == "&" {
        after = after.drop { !" \t\r\n".unicodeScalars.contains($0) }
        after = after.drop { " \t".unicodeScalars.contains($0) }
      }
      var value = after.prefix { !" \t\r\n,}#".unicodeScalars.contains($0) }
      if let quote = after.first, quote == "\"" || quote == "'" {
        value = after.dropFirst().prefix { $0 != quote && $0 != "\n" }
      }
      guard !value.isEmpty else { return nil }
      // JSON may escape a slash.
      return (
        value.startIndex..<value.endIndex, String(String.UnicodeScalarView(value)).replacing("\\/", with: "/")
      )
    }
  }

  /// True if a key may follow this part of a line: indentation, `- `, or a mapping in flow style.
  private static func isKeyPlace(_ line: Substring.UnicodeScalarView) -> Bool {
    let words = line.drop { " \t-".unicodeScalars.contains($0) }
    guard words.first != "#" else { return false }
    guard let last = words.last(where: { !" \t".unicodeScalars.contains($0) }) else {
      // `--server: x` and `-server: x` are other keys.
      return line.last != "-"
    }
    return last == "{" || last == ","
  }

  // MARK: - JSON

  private struct Document: Decodable {
    struct Cluster: Decodable {
      struct Content: Decodable { let server: String }
      let name: String
      let cluster: Content
    }

    struct Context: Decodable {
      struct Content: Decodable { let cluster: String }
      let name: String
      let context: Content
    }

    let clusters: [Cluster]
    let contexts: [Context]
    let currentContext: String?

    enum CodingKeys: String, CodingKey {
      case clusters, contexts
      case currentContext = "current-context"
    }
  }

  private static func json(_ text: String) -> Document? {
    guard text.first(where: { !$0.isWhitespace }) == "{" else { return nil }
    return try? JSONDecoder().decode(Document.self, from: Data(text.utf8))
  }

  // MARK: - Lines

  /// The values of a key by the name of the list's entry: `- cluster: { server: … }`, `name: …`, as kubectl writes them.
  private static func entries(of list: String, _ key: String, in text: String) -> [String: String] {
    var values: [String: String] = [:]
    var isInside = false
    var name: String?
    var found: String?
    func store() {
      if let name, let found { values[name] = found }
      (name, found) = (nil, nil)
    }
    for line in lines(text) {
      if let first = line.first, first != " ", first != "-", first != "#" {
        store()
        isInside = line.hasPrefix("\(list):")
      }
      guard isInside else { continue }
      if line.drop(while: { $0 == " " }).hasPrefix("- ") { store() }
      if let value = value("name", of: line) { name = value }
      if let value = value(key, of: line) { found = value }
    }
    store()
    return values
  }

  /// Splits Unicode scalars, because "\r\n" is a single Character.
  private static func lines(_ text: String) -> [Substring] {
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
  }

  private static func value(_ key: String, of line: Substring) -> String? {
    var rest = line.drop { $0 == " " || $0 == "-" }
    guard rest.hasPrefix("\(key):") else { return nil }
    rest = rest.dropFirst(key.count + 1).drop { $0 == " " }
    // A tag, such as !!str, and an anchor
    while let first = rest.first, first == "!" || first == "&" {
      rest = rest.drop { $0 != " " }.drop { $0 == " " }
    }
    if let quote = rest.first, quote == "\"" || quote == "'" {
      let value = rest.dropFirst().prefix { $0 != quote }
      return value.isEmpty ? nil : String(value)
    }
    // A plain value may have spaces within; a comment follows a space.
    guard rest.first != "#" else { return nil }
    if let comment = rest.firstRange(of: " #") { rest = rest[..<comment.lowerBound] }
    while let last = rest.last, last == " " || last == "\r" { rest.removeLast() }
    return rest.isEmpty || ["null", "~"].contains(rest) ? nil : String(rest)
  }
}

extension [String] {
  fileprivate var distinct: [String] {
    reduce(into: []) { list, value in if !list.contains(value) { list.append(value) } }
  }
}

extension Substring.UnicodeScalarView {
  fileprivate func suffix(while isWanted: (Unicode.Scalar) -> Bool) -> Substring.UnicodeScalarView {
    guard let last = lastIndex(where: { !isWanted($0) }) else { return self }
    return self[index(after: last)...]
  }
}
