internal import CLibYAML

/// Owns the C parser of one text. The parser keeps pointers to itself and to the text, so neither may move.
struct Parser: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>

  /// - Parameter bytes: UTF-8 without a byte order mark.
  init(_ bytes: ArraySlice<UInt8>) throws(YAMLError) {
    parser = .allocate(capacity: 1)
    text = .allocate(capacity: bytes.count)
    _ = text.initialize(from: bytes)
    guard yaml_parser_initialize(parser) == 1 else {
      // After a failure, yaml_parser_initialize() has zeroed the parser, so deleting it is safe.
      throw .outOfMemory
    }
    // Without a fixed encoding, a text that begins with FE FF or FF FE would be read as UTF-16.
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, UnsafePointer(text.baseAddress), bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    text.deallocate()
  }

  /// The next event and its start. Use either this or `token()`.
  mutating func event() throws(YAMLError) -> (Event, Mark) {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw error() }
    defer { yaml_event_delete(&event) }
    let mark = Mark(event.start_mark)
    let data = event.data
    switch event.type {
    case YAML_STREAM_START_EVENT: return (.streamStart, mark)
    case YAML_STREAM_END_EVENT: return (.streamEnd, mark)
    case YAML_DOCUMENT_START_EVENT: return (.documentStart, mark)
    case YAML_DOCUMENT_END_EVENT: return (.documentEnd, mark)
    case YAML_SEQUENCE_START_EVENT:
      let (anchor, tag) = (string(data.sequence_start.anchor), string(data.sequence_start.tag))
      return (.sequenceStart(anchor: anchor, tag: tag), mark)
    case YAML_SEQUENCE_END_EVENT: return (.sequenceEnd, mark)
    case YAML_MAPPING_START_EVENT:
      let (anchor, tag) = (string(data.mapping_start.anchor), string(data.mapping_start.tag))
      return (.mappingStart(anchor: anchor, tag: tag), mark)
    case YAML_MAPPING_END_EVENT: return (.mappingEnd, mark)
    case YAML_ALIAS_EVENT: return (.alias(string(data.alias.anchor) ?? ""), mark)
    case YAML_SCALAR_EVENT:
      let scalar = Node.Scalar(
        string: string(data.scalar.value, data.scalar.length),
        style: Node.Scalar.Style(data.scalar.style), tag: string(data.scalar.tag), mark: mark)
      return (.scalar(scalar, anchor: string(data.scalar.anchor)), mark)
    default:
      throw .syntax(context: nil, problem: "unknown event", mark: mark)
    }
  }

  /// The next token; nil after the last one. Use either this or `event()`.
  mutating func token() throws(YAMLError) -> Token? {
    while true {
      var token = yaml_token_t()
      guard yaml_parser_scan(parser, &token) == 1 else { throw error() }
      defer { yaml_token_delete(&token) }
      guard let kind = kind(token) else {
        if token.type == YAML_STREAM_START_TOKEN { continue }
        return nil
      }
      return Token(kind: kind, start: Mark(token.start_mark), end: Mark(token.end_mark))
    }
  }

  private func kind(_ token: yaml_token_t) -> Token.Kind? {
    switch token.type {
    case YAML_DOCUMENT_START_TOKEN, YAML_DOCUMENT_END_TOKEN, YAML_VERSION_DIRECTIVE_TOKEN,
      YAML_TAG_DIRECTIVE_TOKEN:
      .documentMark
    case YAML_BLOCK_SEQUENCE_START_TOKEN: .blockSequenceStart
    case YAML_BLOCK_MAPPING_START_TOKEN: .blockMappingStart
    case YAML_BLOCK_END_TOKEN: .blockEnd
    case YAML_FLOW_SEQUENCE_START_TOKEN, YAML_FLOW_MAPPING_START_TOKEN: .flowStart
    case YAML_FLOW_SEQUENCE_END_TOKEN, YAML_FLOW_MAPPING_END_TOKEN: .flowEnd
    case YAML_BLOCK_ENTRY_TOKEN: .blockEntry
    case YAML_FLOW_ENTRY_TOKEN: .flowEntry
    case YAML_KEY_TOKEN: .key
    case YAML_VALUE_TOKEN: .value
    case YAML_ALIAS_TOKEN: .alias
    case YAML_ANCHOR_TOKEN, YAML_TAG_TOKEN: .property
    case YAML_SCALAR_TOKEN:
      .scalar(
        string(token.data.scalar.value, token.data.scalar.length),
        style: Node.Scalar.Style(token.data.scalar.style))
    // The two ends of the stream, and the empty token of a stream that has ended.
    default: nil
    }
  }

  private func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?, _ length: Int) -> String {
    String(decoding: UnsafeBufferPointer(start: pointer, count: length), as: UTF8.self)
  }

  private func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { string($0, strlen($0)) }
  }

  private func strlen(_ pointer: UnsafeMutablePointer<yaml_char_t>) -> Int {
    var count = 0
    while pointer[count] != 0 { count += 1 }
    return count
  }

  private func error() -> YAMLError {
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "not readable"
    switch state.error {
    case YAML_MEMORY_ERROR: return .outOfMemory
    case YAML_READER_ERROR: return .characters(problem: problem, mark: place(ofByte: state.problem_offset))
    default:
      return .syntax(
        context: state.context.map { String(cString: $0) }, problem: problem, mark: Mark(state.problem_mark))
    }
  }

  /// The position of a byte. libyaml's reader fails before it counts lines, so it reports only a byte offset.
  private func place(ofByte offset: Int) -> Mark {
    let before = text.prefix(offset)
    let line = before.suffix(from: before.lastIndex(of: 0x0A).map { $0 + 1 } ?? before.startIndex)
    return Mark(
      line: before.count { $0 == 0x0A } + 1, column: line.count { $0 & 0xC0 != 0x80 } + 1)
  }
}

extension Mark {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: mark.line + 1, column: mark.column + 1)
  }
}

extension Node.Scalar.Style {
  fileprivate init(_ style: yaml_scalar_style_t) {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: self = .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: self = .literal
    case YAML_FOLDED_SCALAR_STYLE: self = .folded
    default: self = .plain
    }
  }
}
