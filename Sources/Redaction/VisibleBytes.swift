/// A text without the characters that are not displayed, and the places of its bytes in the text.
///
/// `pass<U+200B>word=…` is displayed as a password, and is one after it is copied from the text.
struct VisibleBytes {
  let bytes: [UInt8]
  /// The index in the text of each byte, and the length of the text at the end.
  private let places: [Int]

  /// - Returns: nil if the text has no such characters.
  init?(_ text: UnsafeBufferPointer<UInt8>) {
    guard let first = text.indices.first(where: { text.invisibleEnd(at: $0) > $0 }) else { return nil }
    var bytes = Array(text[..<first])
    var places = Array(0..<first)
    var index = first
    while index < text.count {
      let end = text.invisibleEnd(at: index)
      guard end == index else {
        index = end
        continue
      }
      bytes.append(text[index])
      places.append(index)
      index += 1
    }
    places.append(text.count)
    self.bytes = bytes
    self.places = places
  }

  /// The range in the text, with the invisible characters within it.
  func range(in text: Range<Int>) -> Range<Int> {
    let last = text.isEmpty ? places[text.lowerBound] : places[text.upperBound - 1] + 1
    return places[text.lowerBound]..<max(places[text.lowerBound], last)
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The end of an invisible character, its escape in JSON, or a sequence that changes the color of a terminal
  /// (ECMA-48 §5.4); the index itself if there is none.
  fileprivate func invisibleEnd(at index: Int) -> Int {
    func byte(_ offset: Int) -> UInt8 { index + offset < count ? self[index + offset] : 0 }
    switch self[index] {
    case 0x1B where byte(1) == UInt8(ascii: "["):
      var end = index + 2
      while end < count, end - index < 32, (0x20...0x3F).contains(self[end]) { end += 1 }
      return end < count && (0x40...0x7E).contains(self[end]) ? end + 1 : index
    case 0x00...0x08, 0x0E...0x1F, 0x7F: return index + 1
    // U+00AD
    case 0xC2: return byte(1) == 0xAD ? index + 2 : index
    // U+034F, U+061C
    case 0xCD: return byte(1) == 0x8F ? index + 2 : index
    case 0xD8: return byte(1) == 0x9C ? index + 2 : index
    case 0xE1: return byte(1) == 0xA0 && (0x8B...0x8F).contains(byte(2)) ? index + 3 : index
    case 0xE2:
      // U+200B to U+200F, U+202A to U+202E, U+2060 to U+206F
      let isInvisible =
        byte(1) == 0x80 && ((0x8B...0x8F).contains(byte(2)) || (0xAA...0xAE).contains(byte(2)))
        || byte(1) == 0x81 && (0xA0...0xAF).contains(byte(2))
      return isInvisible ? index + 3 : index
    case 0xEF:
      // U+FE00 to U+FE0F, U+FEFF
      let isInvisible =
        byte(1) == 0xB8 && (0x80...0x8F).contains(byte(2)) || byte(1) == 0xBB && byte(2) == 0xBF
      return isInvisible ? index + 3 : index
    case UInt8(ascii: "\\"):
      return [#"\u200b"#, #"\u200c"#, #"\u200d"#, #"\u2060"#, #"\ufeff"#, #"\u00ad"#].contains {
        spells($0, at: index)
      }
        ? index + 6 : index
    default: return index
    }
  }
}
