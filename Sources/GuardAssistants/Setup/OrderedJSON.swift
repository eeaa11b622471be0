import GuardConnection

/// A JSON document of another program, with the order of its members and its numbers as they are written. Only spaces and
/// line breaks change.
indirect enum OrderedJSON: Hashable, Sendable {
  /// The source text of a string, a number or a word.
  case scalar(String)
  case array([OrderedJSON])
  case object([Member])

  struct Member: Hashable, Sendable {
    /// The key after its escapes are decoded.
    let key: String
    var value: OrderedJSON
  }

  /// Reads a document; an empty one is an empty object.
  init(document text: String) throws(UneditableFile) {
    let bytes = Array(text.utf8)
    guard bytes.contains(where: { $0 > 0x20 }) else {
      self = .object([])
      return
    }
    guard let value = JSONReader.read(bytes) else {
      throw UneditableFile("it is not plain JSON; comments and trailing commas can't be kept")
    }
    guard case .object = value else { throw UneditableFile("it is JSON, but not an object") }
    var source = Source(bytes: bytes[...])
    self = source.value()
  }

  init(_ value: JSONValue) {
    switch value {
    case .array(let items): self = .array(items.map(OrderedJSON.init))
    case .object(let fields):
      self = .object(
        fields.sorted { $0.key < $1.key }.map { Member(key: $0.key, value: OrderedJSON($0.value)) })
    case .null, .bool, .integer, .number, .numeral, .string: self = .scalar(value.line)
    }
  }

  /// The text of a string; nil for another value.
  var string: String? {
    guard case .scalar(let source) = self else { return nil }
    return JSONReader.read(Array(source.utf8))?.text
  }

  /// Sets the value at a path; objects on the way are made.
  mutating func set(_ path: [String], to value: JSONValue, replaces: Bool) throws(UneditableFile) {
    try change(path) { (old) throws(UneditableFile) in
      if old == nil || replaces { old = OrderedJSON(value) }
    }
  }

  /// Puts a value into the list at a path, in place of an own one of before.
  mutating func place(
    _ path: [String], _ value: JSONValue, replacing isOwn: (OrderedJSON) -> Bool
  ) throws(UneditableFile) {
    try change(path) { (old) throws(UneditableFile) in
      guard case .array(var items) = old ?? .array([]) else {
        throw UneditableFile("\(path.joined(separator: ".")) is not a list")
      }
      let position = items.firstIndex(where: isOwn) ?? items.endIndex
      items.removeAll(where: isOwn)
      items.insert(OrderedJSON(value), at: min(position, items.endIndex))
      old = .array(items)
    }
  }

  private mutating func change(
    _ path: [String], _ body: (inout OrderedJSON?) throws(UneditableFile) -> Void
  ) throws(UneditableFile) {
    guard let key = path.first else {
      var value: OrderedJSON? = self
      try body(&value)
      if let value { self = value }
      return
    }
    guard case .object(var members) = self else {
      throw UneditableFile("the parent of \(key) is not an object")
    }
    // If a key occurs twice, readers use the last one.
    let index = members.lastIndex { $0.key == key }
    if path.count > 1 {
      var child = index.map { members[$0].value } ?? .object([])
      try child.change(Array(path.dropFirst()), body)
      if let index { members[index].value = child } else { members.append(Member(key: key, value: child)) }
    } else {
      var child = index.map { members[$0].value }
      try body(&child)
      if let child {
        if let index { members[index].value = child } else { members.append(Member(key: key, value: child)) }
      }
    }
    self = .object(members)
  }

  /// Indented by two spaces.
  var text: String { text(indent: "") }

  private func text(indent: String) -> String {
    let inner = indent + "  "
    func block(_ lines: [String], _ open: String, _ close: String) -> String {
      lines.isEmpty
        ? open + close : "\(open)\n\(lines.map { inner + $0 }.joined(separator: ",\n"))\n\(indent)\(close)"
    }
    return switch self {
    case .scalar(let source): source
    case .array(let items): block(items.map { $0.text(indent: inner) }, "[", "]")
    case .object(let members):
      block(
        members.map { "\(JSONValue.string($0.key).line): \($0.value.text(indent: inner))" }, "{", "}")
    }
  }

  /// Reads a text that is known to be JSON.
  private struct Source {
    var bytes: ArraySlice<UInt8>

    mutating func value() -> OrderedJSON {
      skip()
      switch bytes.first {
      case UInt8(ascii: "{"): return .object(items { $0.member() })
      case UInt8(ascii: "["): return .array(items { $0.value() })
      case UInt8(ascii: "\""): return .scalar(string())
      default:
        let word = bytes.prefix { $0 > 0x20 && !",]}".utf8.contains($0) }
        bytes = bytes.dropFirst(word.count)
        return .scalar(String(decoding: word, as: UTF8.self))
      }
    }

    private mutating func member() -> Member {
      skip()
      let key = JSONReader.read(Array(string().utf8))?.text ?? ""
      return Member(key: key, value: value())
    }

    private mutating func items<Item>(_ read: (inout Source) -> Item) -> [Item] {
      bytes = bytes.dropFirst()
      var items: [Item] = []
      skip()
      while let byte = bytes.first, byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]") {
        items.append(read(&self))
        skip()
      }
      bytes = bytes.dropFirst()
      return items
    }

    /// Spaces and separators, which are in the right places.
    private mutating func skip() { bytes = bytes.drop { $0 <= 0x20 || ",:".utf8.contains($0) } }

    private mutating func string() -> String {
      var end = bytes.startIndex + 1
      while end < bytes.endIndex, bytes[end] != UInt8(ascii: "\"") {
        end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
      }
      let text = bytes[..<min(end + 1, bytes.endIndex)]
      bytes = bytes[text.endIndex...]
      return String(decoding: text, as: UTF8.self)
    }
  }
}
