internal import GuardTypes
internal import Health
internal import Redaction
internal import Tunnel
internal import YAML

/// Reads typed values from a YAML tree. It collects all errors with their positions instead of stopping at
/// the first one. An invalid value is replaced by its default, so that reading continues.
struct ConfigurationReader {
  let file: String
  let environment: ConfigurationEnvironment
  private(set) var errors: [ConfigurationError] = []

  /// A mapping with its known keys.
  struct Section {
    /// The name in messages.
    let name: String
    let node: YAMLNode
    var values: [String: YAMLNode] = [:]
    /// Keys that were suggested for unknown ones.
    var suggested: Set<String> = []
    var hasUnknownKeys = false
  }

  /// The line of the forward that listens on each address, to find duplicates.
  var listeners: [StreamAddress: Int] = [:]
  /// The names of clusters and of channels, with their lines, to find duplicates.
  var names: [String: [(name: String, line: Int)]] = [:]

  init(file: String, environment: ConfigurationEnvironment) {
    self.file = file
    self.environment = environment
  }

  /// Further errors are not collected: with this many, the file is probably not a configuration.
  private static var errorLimit: Int { 100 }
  /// The limit of elements in a list.
  static var listLimit: Int { 1000 }

  mutating func fail(_ node: YAMLNode, _ message: String) {
    guard errors.count < Self.errorLimit else { return }
    errors.append(
      ConfigurationError(
        file: file, line: node.mark.line, column: node.mark.column, message: message))
  }

  /// The name of a credential. If the configuration is for a running process, that process must have the credential.
  mutating func credential(_ name: String, at node: YAMLNode, _ key: String) -> String? {
    guard Credential.isName(name) else {
      fail(node, "\(key): \(Credential.expectation), found \(name.quoted())")
      return nil
    }
    guard redacted(name) == name else {
      fail(node, "\(key): \(Credential.expectation), and never the secret itself")
      return nil
    }
    do throws(TunnelFailure) {
      _ = try environment.process?.credential(name)
      return name
    } catch {
      guard errors.count < Self.errorLimit else { return nil }
      errors.append(
        ConfigurationError(
          file: file, line: node.mark.line, column: node.mark.column,
          message:
            "\(key): \(error.message); the service manager passes credentials only at the start: "
            + [error.command.map { "run \($0)" }, error.note].compactMap(\.self).joined(separator: " and "),
          restart: environment.process?.service?.restart ?? "sudo systemctl restart oceanid-guard"))
      return nil
    }
  }

  // MARK: Shapes

  /// The mapping at `node`; a null node is an empty mapping.
  mutating func section(_ node: YAMLNode, _ name: String, keys: [String]) -> Section? {
    var section = Section(name: name, node: node)
    if node.isNull { return section }
    guard case .mapping(let mapping) = node else {
      fail(node, "\(name): expected a mapping with \(listed(keys)), found \(found(node))")
      return nil
    }
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else {
        fail(key, "\(name): expected a word as key, found \(found(key))")
        continue
      }
      guard keys.contains(scalar.string) else {
        section.hasUnknownKeys = true
        guard errors.count < Self.errorLimit else { break }
        let word = scalar.string.quoted()
        if let meant = Spelling.nearest(to: scalar.string, among: keys) {
          section.suggested.insert(meant)
          fail(key, "\(name): unknown key \(word): did you mean '\(meant)'?")
        } else {
          fail(key, "\(name): unknown key \(word): known here are \(listed(keys))")
        }
        continue
      }
      section.values[scalar.string] = value
    }
    return section
  }

  /// The elements of a list; nil if the node is not a list.
  mutating func list(_ node: YAMLNode, _ key: String, of what: String) -> [YAMLNode]? {
    if node.isNull { return [] }
    guard case .sequence(let sequence) = node else {
      fail(node, "\(key): expected a list of \(what), found \(found(node))")
      return nil
    }
    guard sequence.count <= Self.listLimit else {
      fail(node, "\(key): expected at most \(Self.listLimit) \(what), found \(sequence.count)")
      return nil
    }
    return sequence.elements
  }

  // MARK: Scalars

  /// Non-empty text on one line.
  mutating func text(_ node: YAMLNode, _ name: String, of what: String) -> String? {
    guard case .scalar(let scalar) = node, !node.isNull, !scalar.string.isEmpty else {
      fail(node, "\(name): expected \(what), found \(found(node))")
      return nil
    }
    guard scalar.string.utf8.count <= 4096, scalar.string == scalar.string.escaped else {
      fail(node, "\(name): expected \(what), found control characters or more than 4096 bytes")
      return nil
    }
    return scalar.string
  }

  /// One of the allowed words.
  mutating func word(_ node: YAMLNode, _ name: String, among words: [String]) -> String? {
    guard let text = text(node, name, of: "one of \(listed(words))") else { return nil }
    if words.contains(text) { return text }
    let meant = Spelling.nearest(to: text, among: words).map { "did you mean '\($0)'?" }
    fail(
      node,
      "\(name): expected one of \(listed(words)), found \(text.quoted())\(meant.map { ": \($0)" } ?? "")"
    )
    return nil
  }

  /// An absolute path; `~` is the home.
  ///
  /// - Parameter mayBeSecret: an error does not repeat the value, which may be the secret in place of its file.
  mutating func path(_ node: YAMLNode, _ name: String, mayBeSecret: Bool = false) -> String? {
    guard let text = text(node, name, of: "a path") else { return nil }
    guard let path = environment.expand(text) else {
      let isHome = text == "~" || text.hasPrefix("~/")
      fail(
        node,
        isHome
          ? "\(name): '~' can't be expanded because HOME is not set: write the whole path"
          : "\(name): expected a path that begins with / or ~/"
            + (mayBeSecret ? ", and never the secret itself" : ", found \(text.quoted())"))
      return nil
    }
    return path
  }

  /// One path, or several separated by colons.
  mutating func paths(_ node: YAMLNode, _ key: String) -> String? {
    guard case .scalar(let scalar) = node, scalar.string.contains(":") else { return path(node, key) }
    guard let list = environment.expandList(scalar.string) else {
      fail(
        node,
        "\(key): expected paths that begin with / or ~/, with ':' between them, found \(scalar.string.quoted())"
      )
      return nil
    }
    return list
  }

  // MARK: Messages

  func found(_ node: YAMLNode) -> String {
    switch node {
    case .mapping: return "a mapping"
    case .sequence: return "a list"
    case .scalar(let scalar):
      if node.isNull || scalar.string.isEmpty { return "nothing" }
      return scalar.string.quoted()
    }
  }

  private func listed(_ keys: [String]) -> String { keys.joined(separator: ", ") }
}
