/// One YAML document as a tree whose nodes know their line and column.
package struct Document: Sendable {
  /// What a text may ask for. Nothing that people write comes near.
  package struct Limits: Sendable {
    /// Bytes of the text.
    package var size = 8 << 20
    /// Collections in one another.
    package var depth = 100
    /// Nodes of the tree, where an alias counts for all the nodes that it stands for.
    package var nodes = 1 << 20
    /// Whether nodes may have anchors, and aliases stand for them.
    package var references = true
    /// Whether a key may be given again in its mapping: the first one is in force, and `Document.repeated` has the
    /// others.
    package var repeatedKeys = false

    package init() {}
  }

  /// Nil: nothing but white space and comments.
  package let root: Node?
  /// Keys that stand in their mapping already, in the order of the text.
  package let repeated: [Node.Scalar]

  /// Parses `text`: one document, with or without markers. Aliases are replaced by their nodes.
  ///
  /// - Throws: the first mistake, with its place.
  package init(_ text: String, limits: Limits = Limits()) throws(YAMLError) {
    try self.init(bytes: Array(text.utf8), limits: limits)
  }

  /// - Parameter bytes: UTF-8; a byte order mark before it is skipped.
  package init(bytes: [UInt8], limits: Limits = Limits()) throws(YAMLError) {
    guard bytes.count <= limits.size else {
      throw .limit(problem: "is larger than \(limits.size) bytes", mark: nil)
    }
    // libyaml counts the mark as a column, and then keys of the first line and the others do not line up.
    let hasByteOrderMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    var composer = Composer(try EventStream(bytes.dropFirst(hasByteOrderMark ? 3 : 0)), limits: limits)
    root = try composer.document()
    repeated = composer.repeated
  }
}
