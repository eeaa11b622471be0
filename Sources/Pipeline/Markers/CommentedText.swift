internal import YAML

/// The scalar values of one YAML document with their comments, attached as go-yaml v3 3.0.1 does it, which reads the
/// files for image automation.
///
/// It follows the order in which that parser sees tokens and comments: a comment behind a token belongs to it, and a
/// comment on a line of its own to what follows, unless blank lines or its indentation make it the end of what is above.
struct CommentedText {
  struct Scalar: Hashable {
    let value: String
    /// The line in the document where the value begins; starts at 1.
    let line: Int
    let isBlock: Bool
    /// The key of a map whose value it is; nil for an element of a list.
    let key: String?
    /// The comments behind the value.
    var behind: [Comment] = []
    /// The comments above it.
    var above: CommentGroup = CommentGroup()
  }

  private(set) var scalars: [Scalar] = []
  /// Where each comment belongs.
  private(set) var places: [Comment: CommentPlace] = [:]

  private let text: SourceText
  private let tokens: [Token]
  /// The open block collections: true for a map, with the column of their elements.
  private var open: [(isMapping: Bool, column: Int)] = []
  private var flowDepth: Int { openFlow.count }
  /// The open flow collections: true for a map.
  private var openFlow: [Bool] = []
  /// The key that was read last.
  private var lastKey: String?
  /// The comments that wait for the node that they belong to.
  private var above = CommentGroup()
  private var behind: [Comment] = []
  /// The comments of the gap before the next token.
  private var gap = CommentGroup()
  /// The next node is a key.
  private var isKeyNext = false
  /// The nesting inside a key that is a collection; nothing in it is a value.
  private var depthInKey = 0

  init(_ list: TokenList, text: String) {
    self.text = SourceText(text)
    tokens = list.tokens
    read()
  }

  private mutating func read() {
    var hasContent = false
    divide(text.comments(from: Mark(line: 1, column: 1), to: tokens.first?.start), after: nil)
    for index in tokens.indices {
      let token = tokens[index]
      if token.kind == .documentMark {
        // Flux reads one document per `---`.
        guard !hasContent else { break }
      } else {
        hasContent = true
      }
      if token.kind != .blockEnd { closeGap() }
      let trailing = token.hasCharacters ? comments(after: index) : (behind: [], below: [])
      behind += trailing.behind
      process(token, at: index)
      if token.hasCharacters { divide(trailing.below, after: index) }
    }
    closeGap()
    settle(above.comments, as: .foot)
  }

  private mutating func process(_ token: Token, at index: Int) {
    if isKeyWithoutColon(index) { isKeyNext = true }
    switch token.kind {
    case .documentMark, .property, .flowEntry: break
    case .value: isKeyNext = false
    case .key: isKeyNext = true
    case .blockEntry: entry(at: index)
    case .blockSequenceStart: begin(isMapping: false, at: token)
    case .blockMappingStart: begin(isMapping: true, at: token)
    case .blockEnd:
      if open.popLast()?.isMapping == true { assign(as: .foot, .foot) }
      end()
    case .flowStart:
      openFlow.append(text.character(at: token.start) == "{")
      assign(as: .flow, .flow)
      descend()
    case .flowEnd:
      _ = openFlow.popLast()
      assign(as: .flow, .foot)
      end()
    case .alias:
      assign(as: isKeyNext ? .key : .alias, isKeyNext ? .aboveKey : .alias)
      isKeyNext = false
    case .scalar(let value, let style): scalar(value, style, at: index)
    }
  }

  private mutating func scalar(_ value: String, _ style: Node.Scalar.Style, at index: Int) {
    let token = tokens[index]
    if isKeyNext || depthInKey > 0 {
      lastKey = value
      assign(as: hasValue(key: index) ? .key : .emptyValue, .aboveKey)
      isKeyNext = false
      return
    }
    for comment in behind + above.comments { places[comment] = .value(scalars.count) }
    scalars.append(
      Scalar(
        value: value, line: token.start.line, isBlock: style == .literal || style == .folded,
        key: isValueOfKey(index) ? lastKey : nil, behind: behind, above: above))
    (above, behind) = (CommentGroup(), [])
  }

  /// True if the token is an entry of a flow map without a colon, `{a, b: c}`: a key without a value.
  private func isKeyWithoutColon(_ index: Int) -> Bool {
    guard openFlow.last == true else { return false }
    switch tokens[index].kind {
    case .scalar, .flowStart, .alias: break
    case .documentMark, .blockSequenceStart, .blockMappingStart, .blockEnd, .flowEnd, .blockEntry, .flowEntry,
      .key, .value, .property:
      return false
    }
    return switch tokenBeforeNode(index)?.kind {
    case .flowStart, .flowEntry: true
    case .documentMark, .blockSequenceStart, .blockMappingStart, .blockEnd, .flowEnd, .blockEntry, .key,
      .value, .property, .alias, .scalar, nil:
      false
    }
  }

  private func isValueOfKey(_ index: Int) -> Bool { tokenBeforeNode(index)?.kind == .value }

  /// The token before a node and its anchor and tag.
  private func tokenBeforeNode(_ index: Int) -> Token? {
    tokens[..<index].last { $0.kind != .property }
  }

  /// - Returns: true if something follows the key's colon that is its value.
  private func hasValue(key index: Int) -> Bool {
    guard tokens.indices.contains(index + 1), tokens[index + 1].kind == .value,
      tokens.indices.contains(index + 2)
    else { return false }
    return switch tokens[index + 2].kind {
    case .key, .blockEnd, .documentMark, .flowEntry, .flowEnd: false
    case .blockSequenceStart, .blockMappingStart, .flowStart, .blockEntry, .value, .property, .alias, .scalar:
      true
    }
  }

  // MARK: Collections

  private mutating func begin(isMapping: Bool, at token: Token) {
    open.append((isMapping, token.start.column - 1))
    descend()
  }

  /// A collection as a key ends with its own end.
  private mutating func descend() {
    if depthInKey > 0 || isKeyNext { depthInKey += 1 }
    isKeyNext = false
  }

  private mutating func end() {
    if depthInKey > 0 { depthInKey -= 1 }
    isKeyNext = false
  }

  /// The comments above an element that is a collection belong to the collection as a whole.
  private mutating func entry(at index: Int) {
    guard tokens.indices.contains(index + 1) else { return }
    switch tokens[index + 1].kind {
    case .blockSequenceStart: settle(above.comments, as: .list)
    case .blockMappingStart: settle(above.comments, as: .aboveKey)
    case .blockEntry, .blockEnd, .documentMark, .flowStart, .flowEnd, .flowEntry, .key, .value, .property,
      .alias, .scalar:
      return
    }
    above = CommentGroup()
  }

  // MARK: Comments

  private mutating func settle(_ comments: [Comment], as place: CommentPlace) {
    for comment in comments { places[comment] = place }
  }

  /// A node that is not a scalar value takes the comments that wait.
  private mutating func assign(as place: CommentPlace, _ placeAbove: CommentPlace) {
    settle(behind, as: place)
    settle(above.comments, as: placeAbove)
    (above, behind) = (CommentGroup(), [])
  }

  private mutating func closeGap() {
    above.append(gap)
    gap = CommentGroup()
  }

  /// The comments between a token and the next one: those that belong to the token, and those below it.
  ///
  /// The comment behind a comma belongs to the value before it, and the one behind the colon of a block map to its key.
  private func comments(after index: Int) -> (behind: [Comment], below: [Comment]) {
    let token = tokens[index]
    var below = gapComments(after: index)
    switch token.kind {
    case .documentMark, .blockEntry: return ([], below)
    case .scalar(_, .literal), .scalar(_, .folded):
      return (text.comment(ofBlockScalarAt: token.start).map { [$0] } ?? [], below)
    case .flowEntry where isPredecessors(index), .value where isPredecessors(index):
      return ([], below.filter { $0.line > token.end.line })
    case .flowEntry, .value, .flowStart, .flowEnd, .key, .property, .alias, .scalar, .blockEnd,
      .blockSequenceStart,
      .blockMappingStart:
      break
    }
    var behind: [Comment] = []
    if let first = below.first, first.line == token.end.line { behind.append(below.removeFirst()) }
    if let next = nextWithCharacters(after: index), isPredecessors(next),
      let first = gapComments(after: next).first, first.line == tokens[next].end.line
    {
      behind.append(first)
    }
    return (behind, below)
  }

  /// True if the text after this comma or colon belongs to the token before it, because no comment is between them.
  private func isPredecessors(_ index: Int) -> Bool {
    guard tokens[index].kind == (flowDepth == 0 ? .value : .flowEntry) else { return false }
    guard let before = tokens.indices.prefix(index).last(where: { tokens[$0].hasCharacters }) else {
      return true
    }
    return gapComments(after: before).allSatisfy { $0.line == tokens[before].end.line }
  }

  private func nextWithCharacters(after index: Int?) -> Int? {
    tokens.indices.dropFirst(index.map { $0 + 1 } ?? 0).first { tokens[$0].hasCharacters }
  }

  private func gapComments(after index: Int) -> [Comment] {
    text.comments(
      from: tokens[index].end, to: nextWithCharacters(after: index).map { tokens[$0].start })
  }

  /// Divides the comments below a token into the end of what is above and the head of what follows
  /// (yaml_parser_scan_comments in go-yaml's scannerc.go).
  ///
  /// - Parameter index: nil for the comments before the first token.
  private mutating func divide(_ comments: [Comment], after index: Int?) {
    guard let first = comments.first else { return }
    let next = nextWithCharacters(after: index).map { tokens[$0] }
    let indentation = max(open.last?.column ?? 0, 0)
    let contentLine = index.map {
      tokens[$0].isBlock ? text.lastContent(before: tokens[$0].end) : tokens[$0].end.line
    }
    let breaks = first.line - (contentLine ?? 1)
    var isFirstGap = breaks <= 1
    // On the first line of a document, go-yaml knows no line below the content.
    let footLine =
      index.map { tokens[$0].end.line > 1 } ?? false
      ? (contentLine ?? 0) + 1 + (breaks == 0 && first.column > 2 ? 1 : 0) : -1
    let isBelowColon =
      index.map { tokens[tokens[$0].kind == .flowEntry ? max($0 - 1, 0) : $0].kind == .value } ?? false
    var group = CommentGroup()
    var start = first
    func isFoot(_ column: Int) -> Bool { column - 1 < indentation && column != start.column }
    var line = first.line
    for comment in comments {
      if comment.line > line + 1 { leaveGap() }
      if !group.isEmpty, isFoot(comment.column) { dropAsFoot() }
      if group.isEmpty { start = comment }
      group.append(comment)
      line = comment.line
    }
    if let next, flowDepth > 0, next.kind == .flowEnd {
      dropAsFoot()
    } else if let next {
      if next.start.line > line + 1 { leaveGap() }
      if isFoot(next.start.column) { dropAsFoot() }
    }
    gap = group

    /// A blank line: the comment directly below a value is the end of that value.
    func leaveGap() {
      if isFirstGap,
        start.line == footLine && !isBelowColon || start.column - 1 < indentation
      {
        dropAsFoot()
      } else {
        group.breakLine()
      }
      isFirstGap = false
    }

    func dropAsFoot() {
      settle(group.comments, as: .foot)
      group = CommentGroup()
    }
  }
}

extension Token {
  /// False for tokens that the scanner adds.
  fileprivate var hasCharacters: Bool { start != end }

  fileprivate var isBlock: Bool {
    switch kind {
    case .scalar(_, .literal), .scalar(_, .folded): true
    case .scalar, .documentMark, .blockSequenceStart, .blockMappingStart, .blockEnd, .flowStart, .flowEnd,
      .blockEntry, .flowEntry, .key, .value, .property, .alias:
      false
    }
  }
}
