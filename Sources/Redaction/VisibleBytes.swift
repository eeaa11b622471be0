/// A text as a reader sees it, and the places of its bytes in the text: without the characters that are not displayed,
/// and with an ASCII character for each that looks like it.
///
/// `pass<U+200B>word=…` is displayed as a password, and is one after it is copied from the text.
struct VisibleBytes {
  let bytes: [UInt8]
  /// The place in the text of each byte's character.
  private let places: [Range<Int>]
  private let count: Int

  /// - Returns: nil if the text has no such characters.
  init?(_ text: UnsafeBufferPointer<UInt8>) {
    guard
      let first = text.indices.first(where: {
        text.invisibleEnd(at: $0) > $0 || text.lookalike(at: $0) != nil
      })
    else { return nil }
    var bytes = Array(text[..<first])
    var places = (0..<first).map { $0..<$0 + 1 }
    var index = first
    while index < text.count {
      let end = text.invisibleEnd(at: index)
      guard end == index else {
        index = end
        continue
      }
      let (byte, length) = text.lookalike(at: index) ?? (text[index], 1)
      bytes.append(byte)
      places.append(index..<index + length)
      index += length
    }
    self.bytes = bytes
    self.places = places
    self.count = text.count
  }

  /// The range in the text, with the invisible characters within it.
  func range(in text: Range<Int>) -> Range<Int> {
    guard !text.isEmpty else {
      let place = text.lowerBound < places.count ? places[text.lowerBound].lowerBound : count
      return place..<place
    }
    return places[text.lowerBound].lowerBound..<places[text.upperBound - 1].upperBound
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The ASCII character that looks like the one at the index, and the length of the lookalike.
  fileprivate func lookalike(at index: Int) -> (byte: UInt8, length: Int)? {
    func byte(_ offset: Int) -> UInt8 { index + offset < count ? self[index + offset] : 0 }
    let blank = UInt8(ascii: " ")
    if self[index] == 0 { return (blank, 1) }
    switch (self[index], byte(1), byte(2)) {
    // U+00A0, U+1680, U+2000 to U+200A, U+202F, U+205F, U+3000
    case (0xC2, 0xA0, _): return (blank, 2)
    case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xAF), (0xE2, 0x81, 0x9F),
      (0xE3, 0x80, 0x80):
      return (blank, 3)
    // U+2236, U+A789, U+FE55, U+FE66
    case (0xE2, 0x88, 0xB6), (0xEA, 0x9E, 0x89), (0xEF, 0xB9, 0x95): return (UInt8(ascii: ":"), 3)
    case (0xEF, 0xB9, 0xA6): return (UInt8(ascii: "="), 3)
    // U+017F
    case (0xC5, 0xBF, _): return (UInt8(ascii: "s"), 2)
    case (0xCE, _, _), (0xD0, _, _), (0xD1, _, _):
      // A Greek or Cyrillic letter within a Latin word.
      guard let letter = homoglyph(self[index], byte(1)), touchesLatin(index) else { return nil }
      return (letter, 2)
    case (UInt8(ascii: "\\"), _, _):
      return [#"\u00a0"#, #"\u202f"#, #"\u2009"#].contains { spells($0, at: index) } ? (blank, 6) : nil
    case (0xC2..., _, _):
      guard let scalar = scalar(at: index), let letter = Lookalikes.ascii(scalar.value) else { return nil }
      return (letter, scalar.length)
    default: return nil
    }
  }

  /// True if only letters that look Latin are between the index and an ASCII letter or digit.
  private func touchesLatin(_ index: Int) -> Bool {
    var next = index + 2
    for _ in 0..<16 where next + 1 < count && homoglyph(self[next], self[next + 1]) != nil { next += 2 }
    if next < count, self[next].isAlphanumeric { return true }
    var first = index
    for _ in 0..<16 where first > 1 && homoglyph(self[first - 2], self[first - 1]) != nil { first -= 2 }
    return first > 0 && self[first - 1].isAlphanumeric
  }

  /// The Latin letter that looks like a Greek or Cyrillic one, given as UTF-8.
  private func homoglyph(_ first: UInt8, _ second: UInt8) -> UInt8? {
    switch (first, second) {
    case (0xCE, 0x91): UInt8(ascii: "A")
    case (0xCE, 0x92): UInt8(ascii: "B")
    case (0xCE, 0x95): UInt8(ascii: "E")
    case (0xCE, 0x96): UInt8(ascii: "Z")
    case (0xCE, 0x97): UInt8(ascii: "H")
    case (0xCE, 0x99): UInt8(ascii: "I")
    case (0xCE, 0x9A): UInt8(ascii: "K")
    case (0xCE, 0x9C): UInt8(ascii: "M")
    case (0xCE, 0x9D): UInt8(ascii: "N")
    case (0xCE, 0x9F): UInt8(ascii: "O")
    case (0xCE, 0xA1): UInt8(ascii: "P")
    case (0xCE, 0xA4): UInt8(ascii: "T")
    case (0xCE, 0xA5): UInt8(ascii: "Y")
    case (0xCE, 0xA7): UInt8(ascii: "X")
    case (0xCE, 0xBF): UInt8(ascii: "o")
    case (0xD0, 0x85): UInt8(ascii: "S")
    case (0xD0, 0x86): UInt8(ascii: "I")
    case (0xD0, 0x90): UInt8(ascii: "A")
    case (0xD0, 0x92): UInt8(ascii: "B")
    case (0xD0, 0x95): UInt8(ascii: "E")
    case (0xD0, 0x9A): UInt8(ascii: "K")
    case (0xD0, 0x9C): UInt8(ascii: "M")
    case (0xD0, 0x9D): UInt8(ascii: "H")
    case (0xD0, 0x9E): UInt8(ascii: "O")
    case (0xD0, 0xA0): UInt8(ascii: "P")
    case (0xD0, 0xA1): UInt8(ascii: "C")
    case (0xD0, 0xA2): UInt8(ascii: "T")
    case (0xD0, 0xA3): UInt8(ascii: "Y")
    case (0xD0, 0xA5): UInt8(ascii: "X")
    case (0xD0, 0xB0): UInt8(ascii: "a")
    case (0xD0, 0xB5): UInt8(ascii: "e")
    case (0xD0, 0xBE): UInt8(ascii: "o")
    case (0xD1, 0x80): UInt8(ascii: "p")
    case (0xD1, 0x81): UInt8(ascii: "c")
    case (0xD1, 0x83): UInt8(ascii: "y")
    case (0xD1, 0x85): UInt8(ascii: "x")
    case (0xD1, 0x95): UInt8(ascii: "s")
    case (0xD1, 0x96): UInt8(ascii: "i")
    default: nil
    }
  }

  /// True for the NUL between arguments of a command: before or after a flag.
  private func endsArgument(_ index: Int) -> Bool {
    if index + 1 < count, self[index + 1] == UInt8(ascii: "-") { return true }
    var start = index
    while start > 0, index - start < 64, self[start - 1] > 0x20 { start -= 1 }
    return start < index && self[start] == UInt8(ascii: "-")
  }

  /// The end of an invisible character, its escape in JSON, or a sequence that changes the color of a terminal
  /// (ECMA-48 §5.4); the index itself if there is none.
  fileprivate func invisibleEnd(at index: Int) -> Int {
    func byte(_ offset: Int) -> UInt8 { index + offset < count ? self[index + offset] : 0 }
    switch self[index] {
    case 0x1B where byte(1) == UInt8(ascii: "["):
      var end = index + 2
      while end < count, end - index < 32, (0x20...0x3F).contains(self[end]) { end += 1 }
      return end < count && (0x40...0x7E).contains(self[end]) ? end + 1 : index
    case 0x00 where endsArgument(index): return index
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
