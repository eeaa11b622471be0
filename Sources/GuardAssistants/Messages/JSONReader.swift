package import GuardConnection

/// Reads one JSON value (RFC 8259) of a client.
///
/// JSONDecoder is not used, because it refuses a whole message for half of a surrogate pair, and the client then waits
/// for an answer in vain. Here such a half, and bytes that are no UTF-8, become U+FFFD. Depth is bounded, and the time
/// is proportional to the length.
package struct JSONReader {
  /// The number of nested arrays and objects.
  package static let depthLimit = 64

  private let bytes: [UInt8]
  private var index = 0

  private struct Malformed: Error {}

  /// nil if the bytes are not exactly one value.
  package static func read(_ bytes: [UInt8]) -> JSONValue? {
    var reader = JSONReader(bytes: bytes)
    do {
      let value = try reader.value(depth: 0)
      reader.skipSpace()
      return reader.index == bytes.count ? value : nil
    } catch {
      return nil
    }
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  private mutating func skip(_ byte: Character) -> Bool {
    guard let ascii = byte.asciiValue, next == ascii else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) throws(Malformed) -> JSONValue {
    guard depth <= JSONReader.depthLimit else { throw Malformed() }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Malformed) -> JSONValue {
    let length = word.utf8CodeUnitCount
    let hasWord = word.withUTF8Buffer { bytes[index...].prefix(length).elementsEqual($0) }
    guard hasWord else { throw Malformed() }
    index += length
    return value
  }

  private mutating func object(depth: Int) throws(Malformed) -> JSONValue {
    index += 1
    var fields: [String: JSONValue] = [:]
    skipSpace()
    if skip("}") { return .object(fields) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw Malformed() }
      let key = try string()
      skipSpace()
      guard skip(":") else { throw Malformed() }
      fields[key] = try value(depth: depth)
      skipSpace()
    } while skip(",")
    guard skip("}") else { throw Malformed() }
    return .object(fields)
  }

  private mutating func array(depth: Int) throws(Malformed) -> JSONValue {
    index += 1
    var items: [JSONValue] = []
    skipSpace()
    if skip("]") { return .array(items) }
    repeat {
      items.append(try value(depth: depth))
      skipSpace()
    } while skip(",")
    guard skip("]") else { throw Malformed() }
    return .array(items)
  }

  /// RFC 8259 §6. A number that Int64 and Double would write in another way keeps its text.
  private mutating func number() throws(Malformed) -> JSONValue {
    let start = index
    _ = skip("-")
    let whole = digits()
    guard whole == 1 || whole > 1 && bytes[index - whole] != UInt8(ascii: "0") else { throw Malformed() }
    if skip("."), digits() == 0 { throw Malformed() }
    if skip("e") || skip("E") {
      if !skip("+") { _ = skip("-") }
      guard digits() > 0 else { throw Malformed() }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if let integer = Int64(text), "\(integer)" == text { return .integer(integer) }
    if let number = Double(text), "\(number)" == text { return .number(number) }
    return .numeral(text)
  }

  private mutating func digits() -> Int {
    let start = index
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
    return index - start
  }

  private mutating func string() throws(Malformed) -> String {
    index += 1
    var text = ""
    var plain = index
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        text += String(decoding: bytes[plain..<index], as: UTF8.self)
        index += 1
        return text
      case UInt8(ascii: "\\"):
        text += String(decoding: bytes[plain..<index], as: UTF8.self)
        index += 1
        text.unicodeScalars.append(try escape())
        plain = index
      case 0x00..<0x20: throw Malformed()
      default: index += 1
      }
    }
    throw Malformed()
  }

  /// The rest of an escape sequence, after its backslash (RFC 8259 §7).
  private mutating func escape() throws(Malformed) -> Unicode.Scalar {
    guard let byte = next else { throw Malformed() }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try codePoint()
    default: throw Malformed()
    }
  }

  private mutating func codePoint() throws(Malformed) -> Unicode.Scalar {
    let unit = try codeUnit()
    if let scalar = Unicode.Scalar(UInt32(unit)) { return scalar }
    // A high surrogate counts only together with the low one that follows it.
    let place = index
    if UTF16.isLeadSurrogate(unit), skip("\\"), skip("u"), let low = try? codeUnit(),
      UTF16.isTrailSurrogate(low)
    {
      let value = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
      return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
    index = place
    return "\u{FFFD}"
  }

  private mutating func codeUnit() throws(Malformed) -> UInt16 {
    guard index + 4 <= bytes.count else { throw Malformed() }
    var unit: UInt16 = 0
    for byte in bytes[index..<index + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { throw Malformed() }
      unit = unit << 4 | UInt16(digit)
    }
    index += 4
    return unit
  }
}
