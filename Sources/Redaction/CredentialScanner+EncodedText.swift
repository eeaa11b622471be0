// Credentials in texts that are encoded as base64 or in hexadecimal digits, and private keys in base64.
extension CredentialScanner {
  /// The end of base64 whose text contains a credential: `cGFzc3dvcmQ9aHVudGVyMg==`.
  func encodedEnd(at start: Int) -> Int? {
    guard depth < 2, start == 0 || !bytes[start - 1].isBase64 else { return nil }
    guard let (text, end) = decoded(from: start) ?? decodedDigits(from: start) else { return nil }
    return text.withUnsafeBufferPointer {
      var scanner = CredentialScanner($0, isCut: false, depth: depth + 1)
      return scanner.scan().isEmpty && !CredentialScanner.isUserAndPassword(text) ? nil : end
    }
  }

  /// The text in hexadecimal digits and its end; nil if it is not printable ASCII, as for digests.
  private func decodedDigits(from start: Int) -> (text: [UInt8], end: Int)? {
    var text: [UInt8] = []
    var index = start
    while let high = byte(at: index)?.hexadecimalValue, let low = byte(at: index + 1)?.hexadecimalValue {
      let letter = high << 4 | low
      guard (0x20...0x7E).contains(letter) || (0x09...0x0D).contains(letter) else { return nil }
      text.append(letter)
      index += 2
    }
    guard text.count >= 8, byte(at: index)?.isBase64 != true else { return nil }
    return (text, index)
  }

  /// The end of a private key in DER that is encoded as base64 in one or more lines, without the first line of PEM.
  func keyEnd(at start: Int) -> Int? {
    // All keys are a SEQUENCE.
    guard bytes[start] == UInt8(ascii: "M"),
      start == 0 || !bytes[start - 1].isBase64 || bytes[start - 1] == UInt8(ascii: "=")
    else { return nil }
    // Checked first, so that long runs that are no keys are not scanned.
    guard beginsKey(start) || bytes.starts(with: "MII", at: start) else { return nil }
    let end = end(of: start, while: \.isBase64)
    guard end - start >= 60 else { return nil }
    return endOfLines(after: end, from: start)
  }

  /// True for the beginning of a private key of PKCS #1, PKCS #8 (also encrypted) or SEC 1. Public keys and
  /// certificates begin differently.
  private func beginsKey(_ start: Int) -> Bool {
    var head: [UInt8] = []
    var bits: UInt32 = 0
    for (index, byte) in bytes[start..<min(bytes.count, start + 24)].enumerated() {
      bits = bits << 6 | byte.base64Value
      guard index % 4 == 3 else { continue }
      head += [UInt8(bits >> 16 & 0xFF), UInt8(bits >> 8 & 0xFF), UInt8(bits & 0xFF)]
      bits = 0
    }
    // The tag and the length of the outer SEQUENCE (X.690 §8.1.3).
    guard head.count >= 18, head[0] == 0x30 else { return false }
    let content = head.dropFirst(head[1] < 0x80 ? 2 : 2 + Int(head[1] & 0x0F))
    if content.starts(with: [2, 1, 0]) || content.starts(with: [2, 1, 1]) {
      return content.dropFirst(3).first.map { [2, 4, 0x30].contains($0) } ?? false
    }
    // An algorithm of PKCS #5, with which the key is encrypted.
    return content.first == 0x30
      && content.dropFirst(2).starts(with: [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5])
  }

  /// The end of the lines that continue base64.
  func endOfLines(after first: Int, from start: Int) -> Int {
    var end = first
    var lineStart = start
    while let next = passLineFeeds(at: end) {
      let line = self.end(of: next, while: \.isBase64)
      let after = byte(at: line)
      guard line > next, after.map({ $0 <= 0x20 || $0.isQuote || $0 == UInt8(ascii: "\\") }) ?? true,
        after?.isBlank != true, line - next >= 32 || isLastOfLines(next..<line, after: end - lineStart)
      else { break }
      lineStart = next
      end = line
    }
    return end
  }

  /// True for a short last line of base64. A word, a line of dashes, or capital letters after a short line do not
  /// belong to it.
  private func isLastOfLines(_ line: Range<Int>, after length: Int) -> Bool {
    if bytes[line].contains(where: { $0.isDigit || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "=") }) {
      return true
    }
    return length >= 32 && bytes[line].contains(where: \.isUpper)
  }

  /// The text in base64 or base64url, and its end; nil if it is not printable ASCII, as for most words.
  private func decoded(from start: Int) -> (text: [UInt8], end: Int)? {
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    var index = start
    while index < bytes.count, bytes[index].isBase64, bytes[index] != UInt8(ascii: "=") {
      bits = bits << 6 | bytes[index].base64Value
      count += 6
      index += 1
      guard count >= 8 else { continue }
      count -= 8
      let letter = UInt8(truncatingIfNeeded: bits >> UInt32(count))
      guard (0x20...0x7E).contains(letter) || (0x09...0x0D).contains(letter) else { return nil }
      text.append(letter)
    }
    // Shorter texts have no room for a name and a value.
    guard index - start >= 8 else { return nil }
    return (text, end(of: index, max: 2) { $0 == UInt8(ascii: "=") })
  }
}

extension UInt8 {
  fileprivate var isBase64: Bool {
    isAlphanumeric || self == 0x2B || self == 0x2F || self == 0x3D || self == 0x2D || self == 0x5F
  }

  fileprivate var base64Value: UInt32 {
    switch self {
    case 0x41...0x5A: UInt32(self - 0x41)
    case 0x61...0x7A: UInt32(self - 0x61 + 26)
    case 0x30...0x39: UInt32(self - 0x30 + 52)
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    default: 63
    }
  }
}
