/// The tags of YAML's core schema (YAML 1.2.2, §10.3.1), which are short for `tag:yaml.org,2002:str` and so on.
enum CoreTag: String {
  case str, int, float, bool, null, seq, map

  private static let prefix = "tag:yaml.org,2002:"

  /// - Parameter tag: in its long form.
  init?(_ tag: String) {
    guard tag.hasPrefix(Self.prefix) else { return nil }
    self.init(rawValue: String(tag.dropFirst(Self.prefix.count)))
  }

  /// - Throws: `.tag` for an unknown tag, and for one that the text does not have the form of.
  static func check(_ scalar: Node.Scalar) throws(YAMLError) {
    guard let tag = scalar.tag else { return }
    guard let tag = CoreTag(tag) else { throw .tag(nil, mark: scalar.mark) }
    guard tag.accepts(scalar.string) else { throw .tag("!!\(tag)", mark: scalar.mark) }
  }

  /// The same for a collection of this kind.
  static func check(_ tag: String?, is kind: CoreTag, at mark: Mark) throws(YAMLError) {
    guard let tag, tag != "!" else { return }
    guard let tag = CoreTag(tag) else { throw .tag(nil, mark: mark) }
    guard tag == kind else { throw .tag("!!\(tag)", mark: mark) }
  }

  /// True if a scalar with this text has the type.
  private func accepts(_ text: String) -> Bool {
    switch self {
    case .str: true
    case .int: text.wholeMatch(of: /[-+]?([0-9][0-9_]*|0x[0-9a-fA-F_]+|0o?[0-7]+|0b[01_]+)/) != nil
    case .float: Double(text) != nil || text.lowercased().wholeMatch(of: /[-+]?\.inf|\.nan/) != nil
    case .bool: ["true", "yes", "on", "false", "no", "off"].contains(text.lowercased())
    case .null: Node.Scalar.nulls.contains(text)
    case .seq, .map: false
    }
  }
}

extension Node.Scalar {
  /// The texts of null.
  static let nulls = ["", "~", "null", "Null", "NULL"]

  var coreTag: CoreTag? { tag.flatMap { CoreTag($0) } }
}
