/// A section of guard.yaml: its keys and their defaults, declared once.
protocol ConfigurationSection {
  /// The values of a section without keys. A required key has an empty value.
  init(defaultsIn environment: ConfigurationEnvironment)

  /// In the order of the reference and of `--print-config`.
  static var keys: [ConfigurationKey<Self>] { get }

  /// Checks rules that concern more than one key. Called if every key was read.
  ///
  /// - Returns: false if it reported an error.
  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool
}

extension ConfigurationSection {
  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool { true }
}

extension ConfigurationReader {
  /// Reads a section; nil if an error was reported.
  mutating func section<Root: ConfigurationSection>(
    _ node: YAMLNode, _ name: String, as type: Root.Type
  ) -> Root? {
    let keys = Root.keys
    guard let section = section(node, name, keys: keys.map(\.name)) else { return nil }
    var root = Root(defaultsIn: environment)
    guard read(keys, of: section, into: &root), root.check(section, &self) else { return nil }
    return root
  }

  /// Reads all keys of the section. Returns false if an error was reported.
  mutating func read<Root>(
    _ keys: [ConfigurationKey<Root>], of section: Section, into root: inout Root
  ) -> Bool {
    var isWhole = true
    for key in keys {
      if let node = section.values[key.name] {
        isWhole = key.read(&self, node, &root) && isWhole
      } else if let missing = key.missing {
        // The error of a misspelled key already suggests this name.
        if !section.suggested.contains(key.name) { fail(section.node, "\(section.name): \(missing)") }
        isWhole = false
      }
    }
    return isWhole
  }
}

// MARK: - Printing

extension SectionStyle {
  func printed<Root>(_ keys: [ConfigurationKey<Root>], _ root: Root) -> PrintedValue {
    switch self {
    case .block: return .lines(keys.lines(of: root).map { "  \($0)" })
    case .flow:
      let parts = keys.compactMap { key in key.printed(root).inline.map { "\(key.name): \($0)" } }
      return .inline(YAMLText.mapping(parts))
    }
  }
}

extension PrintedValue {
  /// nil if the value is not on the key's own line.
  var inline: String? {
    if case .inline(let text) = self { text } else { nil }
  }
}

extension Array {
  /// One line per key that has a value, and the lines below it.
  func lines<Root>(of root: Root) -> [String] where Element == ConfigurationKey<Root> {
    flatMap { key -> [String] in
      switch key.printed(root) {
      case .inline(let text): ["\(key.name): \(text)"]
      case .lines(let lines): lines.isEmpty ? [] : ["\(key.name):"] + lines
      case .comment(let text): ["# \(text)"]
      case .absent: []
      }
    }
  }
}
