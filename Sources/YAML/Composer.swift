/// Builds the tree of a document from its events.
///
/// It uses the parser of libyaml directly, because Yams links Foundation and ICU and limits neither depth nor
/// aliases.
struct Composer: ~Copyable {
  private var events: EventStream
  private let limits: Document.Limits
  /// An anchor may be redefined; the latest definition applies.
  private var anchors: [String: (node: Node, size: Int)] = [:]
  private var count = 0
  /// Repeated keys, if they are reported separately from the tree.
  private(set) var repeated: [Node.Scalar] = []

  init(_ events: consuming EventStream, limits: Document.Limits) {
    self.events = events
    self.limits = limits
  }

  mutating func document() throws(YAMLError) -> Node? {
    while true {
      switch try events.next() {
      case .streamStart: continue
      case .documentStart: break
      case .streamEnd, .documentEnd, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd, .scalar,
        .alias:
        return nil
      }
      let root = try node(try events.next(), depth: 0)
      _ = try events.next()  // The end of the document.
      guard case .streamEnd = try events.next() else {
        throw .syntax(
          context: "expected a single document in the stream", problem: "but found another document",
          mark: events.mark)
      }
      return root
    }
  }

  private mutating func node(_ event: Event, depth: Int) throws(YAMLError) -> Node {
    let mark = events.mark
    let before = count
    let node: Node
    let anchor: String?
    switch event {
    case .alias(let name):
      guard limits.allowsAliases else { throw .reference(mark: mark) }
      guard let target = anchors[name] else {
        throw .syntax(context: nil, problem: "found undefined alias", mark: mark)
      }
      try spend(target.size, at: mark)
      return target.node
    case .scalar(let scalar, let name):
      try spend(1, at: mark)
      try CoreTag.check(scalar)
      (node, anchor) = (.scalar(scalar), name)
    case .sequenceStart(let name, let tag):
      try spend(1, at: mark)
      try CoreTag.check(tag, is: .seq, at: mark)
      (node, anchor) = (.sequence(try sequence(from: mark, depth: depth + 1)), name)
    case .mappingStart(let name, let tag):
      try spend(1, at: mark)
      try CoreTag.check(tag, is: .map, at: mark)
      (node, anchor) = (.mapping(try mapping(from: mark, depth: depth + 1)), name)
    case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
      throw .syntax(context: nil, problem: "did not find expected node content", mark: mark)
    }
    if let anchor {
      guard limits.allowsAliases else { throw .reference(mark: mark) }
      anchors[anchor] = (node, count - before)
    }
    return node
  }

  private mutating func sequence(from mark: Mark, depth: Int) throws(YAMLError) -> Node.Sequence {
    try descend(to: depth, at: mark)
    var elements: [Node] = []
    while true {
      let event = try events.next()
      if case .sequenceEnd = event { return Node.Sequence(elements: elements, mark: mark) }
      elements.append(try node(event, depth: depth))
    }
  }

  private mutating func mapping(from mark: Mark, depth: Int) throws(YAMLError) -> Node.Mapping {
    try descend(to: depth, at: mark)
    var pairs: [(key: Node, value: Node)] = []
    var known: Set<String> = []
    var again: [Node.Scalar] = []
    while true {
      let event = try events.next()
      if case .mappingEnd = event { break }
      let key = try node(event, depth: depth)
      let value = try node(try events.next(), depth: depth)
      if let scalar = key.scalar, !known.insert(scalar.string).inserted {
        again.append(scalar)
      } else {
        pairs.append((key, value))
      }
    }
    if limits.allowsDuplicateKeys {
      repeated += again
    } else if let first = again.first {
      throw .duplicateKeys(Set(again.map(\.string)).sorted(), mark: first.mark)
    }
    return Node.Mapping(pairs: pairs, mark: mark)
  }

  // MARK: Limits

  private mutating func spend(_ nodes: Int, at mark: Mark) throws(YAMLError) {
    // `count` never exceeds the limit, so that the subtraction cannot overflow.
    guard nodes <= limits.nodes - count else {
      throw .limit(problem: "expands to more than \(limits.nodes) values", mark: mark)
    }
    count += nodes
  }

  private func descend(to depth: Int, at mark: Mark) throws(YAMLError) {
    guard depth <= limits.depth else {
      throw .limit(problem: "is nested deeper than \(limits.depth) levels", mark: mark)
    }
  }
}
