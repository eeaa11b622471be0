import GuardConnection
import Testing

@testable import GuardAssistants

/// Hostile texts after the cleaning.
@Suite struct ForeignTextTests {
  @Test(arguments: [
    ("plain", "plain"), ("two\nlines\r\n\tthree", "two lines three"), ("a\u{1B}[31mred\u{1B}[0m", "ared"),
    ("a\u{1B}]0;title\u{07}b", "ab"), ("a\u{1B}]8;;http://x\u{1B}\\b", "ab"), ("a\u{9B}2Jb", "ab"),
    ("a\u{1B}Pq#0\u{9C}b", "ab"), ("a\u{1B}(0b", "ab"), ("a\u{1B}", "a"), ("a\u{1B}[", "a"),
    ("a\u{1B}]no end", "ano end"), ("\u{202E}txt.exe\u{2066}", "txt.exe"),
    ("a\u{200B}b\u{FEFF}c\u{AD}d", "abcd"),
    ("a\u{0}b\u{7F}c\u{85}d", "abcd"), ("a\u{FFFD}b", "ab"), ("a\u{E0041}b\u{FE0F}", "ab"),
    (#"a\u{1b}[31mb\u{200b}c"#, "abc"), (#"C:\users \u{41}"#, #"C:\users \u{41}"#), ("ä ☸ 𝄞", "ä ☸ 𝄞"),
  ])
  func controlIsRemovedAndWordsStay(_ text: String, _ clean: String) {
    #expect(ForeignText.clean(text) == clean)
    #expect(ForeignText.clean(clean) == clean)
  }

  @Test(arguments: ["a", "ä", "☸", "𝄞", "a\u{301}", "\u{1B}[31mx", #"\u{1b}"#])
  func textIsCut(_ unit: String) {
    let clean = ForeignText.clean(String(repeating: unit, count: 100_000))
    #expect(clean.unicodeScalars.count <= ForeignText.limit + 1)
    #expect(ForeignText.clean("abcdef", limit: 3) == "abc…")
  }

  @Test func textWithoutContentIsNoField() {
    #expect(JSONValue.foreign("\u{1B}[0m\u{200B}") == nil)
    #expect(JSONValue.untrusted(["a": .foreign(""), "b": nil]) == nil)
  }
}
