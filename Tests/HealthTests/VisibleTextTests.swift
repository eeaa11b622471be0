import Health
import Testing

@Suite struct VisibleTextTests {
  /// Controls, zero widths, directions, separators, fillers, selectors, tags, blanks, private and unassigned code points.
  static let invisible: [UInt32] = [
    0x00, 0x07, 0x0B, 0x0C, 0x1B, 0x7F, 0x85, 0x9B, 0x9F, 0xA0, 0xAD, 0x034F, 0x061C, 0x115F, 0x1160, 0x1680,
    0x17B4, 0x180B, 0x180E, 0x180F, 0x2000, 0x2003, 0x200A, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028,
    0x2029,
    0x202A, 0x202E, 0x202F, 0x205F, 0x2060, 0x2064, 0x2065, 0x2066, 0x2069, 0x206F, 0x2800, 0x3000, 0x3164,
    0xE000,
    0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFB, 0xFFFF, 0x0378, 0x13430, 0x13441, 0x16FE4, 0x1BCA0,
    0x1D159,
    0x1D173, 0x1FFFE, 0xE0001, 0xE0020, 0xE007F, 0xE0100, 0xE01EF, 0xE0FFF, 0xF0000, 0x10FFFD,
  ]

  @Test(arguments: invisible)
  func invisibleCharacterIsEscaped(_ value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    let shown = "calypso\\u{\(String(value, radix: 16))}x"
    let text = "calypso\(String(scalar))x"
    for result in [text.singleLine, text.escaped, text.escapedName, text.escapedLines] {
      #expect(result == shown)
      #expect(result.unicodeScalars.allSatisfy { (0x20..<0x7F).contains($0.value) })
      #expect(result.escapedName == result)
    }
  }

  @Test(arguments: [
    "calypso", "é", "e\u{301}", "日本語", "ﬁ", "🚀", "…", "한", "ش", "ไทย", "हिन्दी", "\u{FFFD}", "→", "😀",
  ])
  func visibleCharacterIsUnchanged(_ text: String) {
    #expect(text.singleLine == text)
    #expect(text.escapedName == text)
    #expect(text.escapedLines == text)
  }

  @Test func lineBreaksAreBlanksInTextAndEscapedInNames() {
    #expect("a\r\nb\tc".singleLine == "a b c")
    #expect("a\r\nb\tc".escaped == #"a\r\nb\tc"#)
    #expect("a\r\nb\tc".escapedLines == "a\\r\nb\tc")
  }

  @Test(arguments: [
    ("calypso ", #"calypso\u{20}"#), (" calypso", #"\u{20}calypso"#), ("a b", "a b"), ("a  b", #"a \u{20}b"#),
    (" ", #"\u{20}"#), ("", ""),
  ])
  func invisibleBlankInANameIsEscaped(_ name: String, _ shown: String) {
    #expect(name.escapedName == shown)
    #expect(name.escaped == name)
  }
}
