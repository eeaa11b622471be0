/// The head of a browser's request (RFC 9112): request line and fields. Pure.
///
/// The parser accepts what browsers send and refuses everything that two parsers could read differently: a line feed
/// alone, a folded or repeated field, a body.
struct RequestHead: Hashable, Sendable {
  enum Method: String, Hashable, Sendable {
    case get = "GET"
    case head = "HEAD"
  }

  let method: Method
  /// The path before the question mark, as it was sent.
  let path: String
  /// The part after the question mark; nil without one.
  let query: String?
  /// Names in lower case. No name occurs twice.
  private let fields: [String: String]

  /// Browsers send about 1 KiB.
  static let byteLimit = 16 << 10
  private static let fieldLimit = 64
  private static let end: [UInt8] = Array("\r\n\r\n".utf8)

  subscript(name: String) -> String? { fields[name] }

  /// The parameter of the query; nil if it is absent or occurs twice.
  func parameter(_ name: String) -> Substring? {
    let values = (query ?? "").split(separator: "&").filter { $0.hasPrefix("\(name)=") }
    return values.count == 1 ? values[0].dropFirst(name.utf8.count + 1) : nil
  }

  /// The value of a cookie; nil if it is absent or occurs twice.
  func cookie(_ name: String) -> Substring? {
    let pairs = (self["cookie"] ?? "").split(separator: ";").map { $0.drop { $0 == " " } }
    let values = pairs.filter { $0.hasPrefix("\(name)=") }
    return values.count == 1 ? values[0].dropFirst(name.utf8.count + 1) : nil
  }

  /// Reads the bytes that have arrived.
  ///
  /// - Parameter searched: the number of bytes in which an earlier call found no end.
  /// - Returns: nil if the head is not complete yet.
  static func read(_ bytes: [UInt8], searched: Int = 0) throws(Refusal) -> RequestHead? {
    guard let length = lengthOfHead(bytes, from: max(0, searched - end.count)) else {
      guard bytes.count <= byteLimit else { throw .headTooLarge }
      return nil
    }
    guard length <= byteLimit else { throw .headTooLarge }
    let text = bytes[..<length]
    guard text.allSatisfy({ $0 == 0x0D || $0 == 0x0A || $0 == 0x09 || (0x20...0x7E).contains($0) }) else {
      throw .malformed("it has a byte that is not visible ASCII")
    }
    let lines = String(decoding: text, as: UTF8.self).split(
      separator: "\r\n", omittingEmptySubsequences: false)
    guard lines.allSatisfy({ !$0.utf8.contains(0x0D) && !$0.utf8.contains(0x0A) }) else {
      throw .malformed("a line ends without CR LF")
    }
    let head = try RequestHead(lines)
    guard length + end.count == bytes.count, head["transfer-encoding"] == nil,
      head["content-length"] ?? "0" == "0"
    else { throw .body }
    return head
  }

  private static func lengthOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count - end.count >= start else { return nil }
    return (start...bytes.count - end.count).first {
      bytes[$0] == 0x0D && bytes[$0..<$0 + end.count].elementsEqual(end)
    }
  }

  private init(_ lines: [Substring]) throws(Refusal) {
    let parts = lines[0].split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0" else {
      throw .malformed("its first line is not METHOD PATH HTTP/1.1")
    }
    guard let method = Method(rawValue: String(parts[0])) else { throw .method }
    // A proxy's request has a whole URL instead of a path.
    guard parts[1].hasPrefix("/") else { throw .malformed("its target is not a path") }
    let target = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    self.method = method
    path = String(target[0])
    query = target.count > 1 ? String(target[1]) : nil
    guard lines.count <= RequestHead.fieldLimit else { throw .headTooLarge }
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { throw .malformed("a field has no colon") }
      let name = line[..<colon].lowercased()
      guard !name.isEmpty, name.utf8.allSatisfy(RequestHead.isNameByte), fields[name] == nil else {
        throw .malformed("a field's name is invalid or occurs twice")
      }
      fields[name] = RequestHead.trimmed(line[line.index(after: colon)...])
    }
    self.fields = fields
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }
}
