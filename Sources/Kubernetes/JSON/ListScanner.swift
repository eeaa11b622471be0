/// Splits the JSON of a list (`{"kind": …, "metadata": …, "items": [ … ]}`) into its parts while it arrives in
/// chunks.
///
/// Custom, because JSONDecoder needs a whole document, which a list of 10,000 objects is too large for.
///
/// It tracks only where values begin and end, their depth and their length, not their contents.
struct ListScanner {
  enum Part {
    case kind, metadata, item
    /// The beginning of an item that is not decoded, because it nests too deep or is too long.
    case tooDeep, tooLong
  }

  /// Maximum size of one object in bytes. etcd stores at most 1.5 MiB (`--max-request-bytes`), and the JSON may be
  /// longer than the stored form.
  static let objectLimit = 4 << 20
  private static let fieldLimit = 64 << 10
  /// Number of bytes kept of a skipped item, enough to contain its name.
  private static let headLimit = 16 << 10
  /// Maximum white space between values. Indented lists of thousands of objects have some hundred KiB.
  private static let blankLimit = 1 << 20

  typealias Found = (Part, UnsafeRawBufferPointer) throws(JSONDocument.Fault) -> Void

  private enum Place {
    case start, firstKey, key, colon, value, afterValue, firstElement, element, afterElement, done
  }

  /// The value that is being read.
  private enum Inside {
    case nothing
    /// An object or array; `depth` brackets are open.
    case brackets
    case text
    /// A number, true, false or null.
    case word
  }

  private var place = Place.start
  private var inside = Inside.nothing
  private var isInItems = false
  /// There is a list of items, or `null` in its place. A server writes one of them for an empty list as well.
  private(set) var hasItems = false
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// The part to which the value belongs; nil if it is skipped.
  private var part: Part?
  private var isKey = false
  private var key = ""
  private var blanks = 0
  /// The bytes of the value from earlier chunks.
  private var kept: [UInt8] = []
  /// The length of the value so far.
  private var length = 0
  /// Why the item is skipped.
  private var flaw: Part?

  var isDone: Bool { place == .done }

  mutating func scan(_ bytes: UnsafeRawBufferPointer, _ found: Found) throws(JSONDocument.Fault) {
    var index = 0
    /// The start of the value in this chunk.
    var start = 0
    while index < bytes.count {
      if case .nothing = inside {
        if try step(bytes[index]) { start = index }
        index += 1
        continue
      }
      let isOver = try pass(bytes, &index)
      try checkLength(length + index - start)
      if isOver { try end(UnsafeRawBufferPointer(rebasing: bytes[start..<index]), found) }
    }
    if case .nothing = inside { return }
    length += bytes.count - start
    if part != nil || isKey { buffer(UnsafeRawBufferPointer(rebasing: bytes[start...])) }
  }

  private mutating func buffer(_ bytes: UnsafeRawBufferPointer) {
    guard flaw != nil else { return kept.append(contentsOf: bytes) }
    kept.removeSubrange(min(kept.count, Self.headLimit)...)
    kept.append(contentsOf: bytes.prefix(Self.headLimit - kept.count))
  }

  /// Handles one byte between values. True if it begins a value.
  private mutating func step(_ byte: UInt8) throws(JSONDocument.Fault) -> Bool {
    if byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      blanks += 1
      guard blanks <= Self.blankLimit else { throw .notJSON }
      return false
    }
    switch (place, byte) {
    case (.start, UInt8(ascii: "{")): place = .firstKey
    case (.firstKey, UInt8(ascii: "}")), (.afterValue, UInt8(ascii: "}")): place = .done
    case (.firstKey, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")):
      isKey = true
      begin(byte)
      return true
    case (.colon, UInt8(ascii: ":")): place = .value
    case (.afterValue, UInt8(ascii: ",")): place = .key
    case (.value, UInt8(ascii: "[")) where key == "items":
      isInItems = true
      hasItems = true
      place = .firstElement
    case (.firstElement, UInt8(ascii: "]")), (.afterElement, UInt8(ascii: "]")):
      isInItems = false
      place = .afterValue
    case (.afterElement, UInt8(ascii: ",")): place = .element
    case (.value, _), (.firstElement, _), (.element, _):
      guard byte != UInt8(ascii: ","), byte != UInt8(ascii: "]"), byte != UInt8(ascii: "}"),
        byte != UInt8(ascii: ":")
      else { throw .notJSON }
      if key == "items", !isInItems {
        // `null` and nothing else: another value would pass for an empty list.
        guard byte == UInt8(ascii: "n") else { throw .notJSON }
        hasItems = true
      }
      part = isInItems ? .item : key == "kind" ? .kind : key == "metadata" ? .metadata : nil
      begin(byte)
      return true
    default: throw .notJSON
    }
    return false
  }

  private mutating func begin(_ byte: UInt8) {
    length = 0
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      inside = .brackets
      depth = 1
    case UInt8(ascii: "\""):
      inside = .text
      isInString = true
    default: inside = .word
    }
  }

  /// Advances to the end of the value or of the chunk; `index` then points behind it. True at the end of the value.
  private mutating func pass(
    _ bytes: UnsafeRawBufferPointer, _ index: inout Int
  ) throws(JSONDocument.Fault) -> Bool {
    // The enclosing object and array count as two levels.
    let limit = JSONNesting.limit - 2
    // Local copies of the properties, because this loop reads every byte of the response.
    var (depth, isInString, isEscaped) = (self.depth, self.isInString, self.isEscaped)
    var isTooDeep = false
    defer {
      (self.depth, self.isInString, self.isEscaped) = (depth, isInString, isEscaped)
      if isTooDeep, flaw == nil { flaw = .tooDeep }
    }
    var position = index
    defer { index = position }
    if case .word = inside {
      while position < bytes.count {
        switch bytes[position] {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x0a, 0x0d, 0x09: return true
        default: position += 1
        }
      }
      return false
    }
    let isText = if case .text = inside { true } else { false }
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
          if isText { return true }
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        if depth > limit {
          // A single item does not invalidate the list: it is skipped to its end.
          guard part == .item else { throw .tooDeep }
          isTooDeep = true
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return true }
      default: break
      }
    }
    return false
  }

  private mutating func checkLength(_ length: Int) throws(JSONDocument.Fault) {
    if part == .item {
      if length > Self.objectLimit { flaw = .tooLong }
    } else if isKey || part != nil, length > Self.fieldLimit {
      throw .tooLong(Self.fieldLimit)
    }
  }

  private mutating func end(_ rest: UnsafeRawBufferPointer, _ found: Found) throws(JSONDocument.Fault) {
    inside = .nothing
    if isKey {
      isKey = false
      // Keys of a list are plain words; a key with escapes is never one of them.
      key = String(decoding: (kept + rest).dropFirst().dropLast(), as: UTF8.self)
      kept = []
      place = .colon
      return
    }
    place = isInItems ? .afterElement : .afterValue
    guard let part = flaw ?? part else { return }
    self.part = nil
    if flaw == nil, kept.isEmpty { return try found(part, rest) }
    buffer(rest)
    flaw = nil
    let whole = kept
    kept = []
    try whole.withUnsafeBufferPointer { bytes throws(JSONDocument.Fault) in
      try found(part, UnsafeRawBufferPointer(bytes))
    }
  }
}
