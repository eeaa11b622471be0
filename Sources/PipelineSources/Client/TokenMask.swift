/// Removes a token from the answers to requests with it. A server that echoes the token would otherwise bring it into
/// documents, logs and the file of incidents, and a token such as 40 hexadecimal digits looks like a commit.
///
/// It finds the token as it is, with percent-encoded or JSON-escaped characters, and inside of Base64.
struct TokenMask {
  /// The tokens of APIs are longer, and masking shorter texts would corrupt responses.
  private static let shortest = 8

  /// The texts to remove: the token, and its forms in Base64.
  private let patterns: [[UInt8]]

  init(_ token: APIToken?) {
    let token = Array((token?.value ?? "").utf8)
    guard token.count >= TokenMask.shortest else {
      patterns = []
      return
    }
    patterns = [token] + (0..<3).flatMap { TokenMask.base64(token, at: $0) }
  }

  /// The same bytes with `*` in place of the token.
  func applied(to bytes: [UInt8]) -> [UInt8] {
    var found: [Range<Int>] = []
    bytes.withUnsafeBufferPointer { bytes in
      for pattern in patterns {
        var index = 0
        while index < bytes.count {
          if let end = TokenMask.end(of: pattern, in: bytes, at: index) {
            found.append(index..<end)
            index = end
          } else {
            index += 1
          }
        }
      }
    }
    guard !found.isEmpty else { return bytes }
    var masked = bytes
    for range in found { for index in range { masked[index] = UInt8(ascii: "*") } }
    return masked
  }

  func applied(to text: String) -> String {
    patterns.isEmpty ? text : String(decoding: applied(to: Array(text.utf8)), as: UTF8.self)
  }

  // MARK: - Encodings

  /// The end of the pattern that begins at a position; nil if it does not.
  private static func end(of pattern: [UInt8], in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    var index = start
    for wanted in pattern {
      guard let (byte, length) = character(in: bytes, at: index), byte == wanted else { return nil }
      index += length
    }
    return index
  }

  /// The character at a position, and the number of bytes that it takes: `g`, `%67`, `\u0067`, `\/`.
  private static func character(
    in bytes: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> (byte: UInt8, length: Int)? {
    guard index < bytes.count else { return nil }
    switch bytes[index] {
    case UInt8(ascii: "%"):
      if let byte = hexadecimal(bytes, index + 1) { return (byte, 3) }
    case UInt8(ascii: "\\"):
      guard index + 1 < bytes.count else { break }
      if bytes[index + 1] != UInt8(ascii: "u") { return (bytes[index + 1], 2) }
      if hexadecimal(bytes, index + 2) == 0, let byte = hexadecimal(bytes, index + 4) { return (byte, 6) }
    default: break
    }
    return (bytes[index], 1)
  }

  /// The byte of two hexadecimal digits.
  private static func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> UInt8? {
    guard index + 1 < bytes.count else { return nil }
    let digits = (0...1).map { Character(Unicode.Scalar(bytes[index + $0])).hexDigitValue }
    guard let high = digits[0], let low = digits[1] else { return nil }
    return UInt8(high << 4 | low)
  }

  /// The Base64 characters that depend only on the token, if it starts `offset` bytes after a multiple of three. The first
  /// and the last character also depend on the bytes around the token.
  private static func base64(_ token: [UInt8], at offset: Int) -> [[UInt8]] {
    let bytes = [UInt8](repeating: 0, count: offset) + token
    let whole = bytes.count * 8 / 6
    let sextets = (0..<whole).map { position -> Int in
      let bit = position * 6
      let high = Int(bytes[bit / 8]) << 8
      let low = bit / 8 + 1 < bytes.count ? Int(bytes[bit / 8 + 1]) : 0
      return (high | low) >> (10 - bit % 8) & 63
    }.dropFirst((offset * 8 + 5) / 6)
    guard sextets.count >= shortest else { return [] }
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    let forms = ["+/", "-_"].map { last in sextets.map { (letters + Array(last.utf8))[$0] } }
    return forms[0] == forms[1] ? [forms[0]] : forms
  }
}
