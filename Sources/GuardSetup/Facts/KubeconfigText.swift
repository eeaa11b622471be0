/// The text of a kubeconfig, with its servers and its current context.
///
/// This is not a YAML parser: it finds lines `server: URL` and changes only their values. The guard parses the result
/// before it is used.
struct KubeconfigText: Hashable, Sendable {
  let text: String
  /// The distinct servers.
  let servers: [String]
  let context: String?
  /// The servers by cluster, and the clusters by context. Empty for entries in flow style.
  private var serverOfCluster: [String: String] = [:]
  private var clusterOfContext: [String: String] = [:]

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
    serverOfCluster = KubeconfigText.entries(of: "clusters", "server", in: text)
    clusterOfContext = KubeconfigText.entries(of: "contexts", "cluster", in: text)
  }

  /// The server of a context's cluster; nil if the file has no such context.
  func server(of context: String) -> String? { clusterOfContext[context].flatMap { serverOfCluster[$0] } }

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
