// Credentials in texts that are encoded as base64.
extension CredentialScanner {
  /// The end of base64 whose text contains a credential: `cGFzc3dvcmQ9aHVudGVyMg==`.
  func encodedEnd(at start: Int) -> Int? {
    guard depth < 2, start == 0 || !bytes[start - 1].isBase64 else { return nil }
    guard let (text, end) = decoded(from: start) else { return nil }
    return text.withUnsafeBufferPointer {
      var scanner = CredentialScanner($0, isCut: false, depth: depth + 1)
      return scanner.scan().isEmpty ? nil : end
    }
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
    return (text, end(of: index, most: 2) { $0 == UInt8(ascii: "=") })
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
