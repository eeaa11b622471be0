/// A YAML document as a tree whose nodes have their line and column.
package struct Document: Sendable {
  /// Limits for the text. Documents written by people stay far below them.
  package struct Limits: Sendable {
    /// Size of the text in bytes.
    package var size = 8 << 20
    /// Nesting depth of collections.
    package var depth = 100
    /// Number of nodes in the tree. An alias counts as the nodes that it expands to.
    package var nodes = 1 << 20
    /// True if anchors and aliases are allowed.
    package var allowsAliases = true
    /// True if a mapping may repeat a key. The first value applies, and `Document.repeated` contains the
    /// others.
    package var allowsDuplicateKeys = false

    package init() {}
  }

  /// nil if the document has only white space and comments.
  package let root: Node?
  /// Repeated keys of mappings, in the order of the text.
  package let repeated: [Node.Scalar]

  /// Parses `text`: one document, with or without markers. Aliases are replaced by their nodes.
  ///
  /// - Throws: the first error with its position.
  package init(_ text: String, limits: Limits = Limits()) throws(YAMLError) {
    try self.init(bytes: Array(text.utf8), limits: limits)
  }

  /// - Parameter bytes: UTF-8; a leading byte order mark is skipped.
  package init(bytes: [UInt8], limits: Limits = Limits()) throws(YAMLError) {
    guard bytes.count <= limits.size else {
      throw .limit(problem: "is larger than \(limits.size) bytes", mark: nil)
    }
    // libyaml counts the mark as a column, so keys of the first line would not align with the others.
    let hasByteOrderMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    var composer = Composer(
      EventStream(try Parser(bytes.dropFirst(hasByteOrderMark ? 3 : 0))), limits: limits)
    root = try composer.document()
    repeated = composer.repeated
  }
}
