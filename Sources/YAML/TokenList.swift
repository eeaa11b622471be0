/// The tokens of a text of one document, for readers that need more than the tree: comments, and positions.
package struct TokenList: Sendable {
  /// The kind of the document's root.
  package enum Root: Sendable {
    case none, scalar, sequence, mapping
  }

  package let tokens: [Token]
  package let root: Root

  /// - Parameter bytes: UTF-8 without a byte order mark. Further documents are tokens too; `root` is that of the first.
  /// - Throws: the first error with its position, also for an alias without its anchor.
  package init(bytes: [UInt8], limits: Document.Limits = Document.Limits()) throws(YAMLError) {
    guard bytes.count <= limits.size else {
      throw .limit(problem: "is larger than \(limits.size) bytes", mark: nil)
    }
    root = try TokenList.root(of: bytes, limits)
    var stream = try Parser(bytes[...])
    var tokens: [Token] = []
    while let token = try stream.token() {
      guard tokens.count < limits.nodes else {
        throw .limit(problem: "has more than \(limits.nodes) tokens", mark: token.start)
      }
      tokens.append(token)
    }
    self.tokens = tokens
  }

  /// Reads all events, because the scanner of tokens does not check the grammar.
  private static func root(of bytes: [UInt8], _ limits: Document.Limits) throws(YAMLError) -> Root {
    var events = EventStream(try Parser(bytes[...]))
    var root: Root?
    var anchors: Set<String> = []
    var depth = 0
    while true {
      let event = try events.next()
      switch event {
      case .streamStart, .documentStart: continue
      case .documentEnd: anchors = []
      case .streamEnd: return root ?? .none
      case .scalar(_, let anchor):
        root = root ?? .scalar
        if let anchor { anchors.insert(anchor) }
      case .sequenceStart(let anchor, _):
        root = root ?? .sequence
        if let anchor { anchors.insert(anchor) }
        depth += 1
      case .mappingStart(let anchor, _):
        root = root ?? .mapping
        if let anchor { anchors.insert(anchor) }
        depth += 1
      case .sequenceEnd, .mappingEnd: depth -= 1
      case .alias(let name):
        guard anchors.contains(name) else {
          throw .syntax(context: nil, problem: "found undefined alias", mark: events.mark)
        }
      }
      guard depth <= limits.depth else {
        throw .limit(problem: "is nested deeper than \(limits.depth) levels", mark: events.mark)
      }
    }
  }
}
