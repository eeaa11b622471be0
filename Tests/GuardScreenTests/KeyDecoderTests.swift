import Testing

@testable import GuardScreen

@Suite struct KeyDecoderTests {
  private static let keys: [(bytes: String, keys: [Key])] = [
    ("q", [.character("q")]), ("é日🚀", [.character("é"), .character("日"), .character("🚀")]),
    ("\r", [.enter]), ("\n", [.enter]), ("\t", [.tab]), ("\u{7F}\u{8}", [.backspace, .backspace]),
    ("\u{3}\u{15}", [.control("c"), .control("u")]),
    ("\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D", [.up, .down, .right, .left]),
    ("\u{1B}OA\u{1B}OB\u{1B}OH\u{1B}OF", [.up, .down, .home, .end]),
    ("\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~\u{1B}[7~\u{1B}[8~", [.home, .end, .home, .end, .home, .end]),
    ("\u{1B}[5~\u{1B}[6~\u{1B}[3~", [.pageUp, .pageDown, .delete]), ("\u{1B}[Z", [.backTab]),
    // With Ctrl and with Shift.
    ("\u{1B}[1;5A\u{1B}[5;2~", [.up, .pageUp]),
    ("\u{1B}[<64;10;5M\u{1B}[<65;10;5M", [.wheelUp, .wheelDown]),
    // The wheel with Shift; a press and its release; a movement with a pressed button.
    ("\u{1B}[<68;1;1M\u{1B}[<0;3;2M\u{1B}[<0;3;2m\u{1B}[<32;3;2M", [.wheelUp, .click(row: 1, column: 2)]),
    ("\u{1B}[200~rm -rf /\n\u{1B}[201~x", [.paste("rm -rf / "), .character("x")]),
    // Other sequences in a pasted text are not keys.
    ("\u{1B}[200~a\u{1B}[Ab\u{1B}[20\u{1B}[201~", [.paste("a[Ab[20")]),
    // Esc and a fast key, two times Esc, keys without a meaning.
    ("\u{1B}q", [.escape, .character("q")]), ("\u{1B}\u{1B}[A", [.escape, .up]),
    ("\u{1B}[15~\u{1B}OP\u{1B}[[Ax\u{1B}[?1;2cy", [.character("x"), .character("y")]),
    // A sequence that another one interrupts.
    ("\u{1B}[1;\u{1B}[B\u{1B}[1\rj", [.down, .enter, .character("j")]),
    ("\u{1B}O\u{1B}OA", [.up]), ("\u{1B}[<64;0\u{1B}[<64M", []),
  ]

  @Test(arguments: keys) func decodesKeys(_ bytes: String, _ keys: [Key]) {
    var decoder = KeyDecoder()
    #expect(decoder.decode(bytes.utf8) == keys)
    #expect(decoder.expire() == [])
  }

  @Test(arguments: keys) func splitSequencesAreTheSameKeys(_ bytes: String, _ keys: [Key]) {
    let bytes = Array(bytes.utf8)
    for place in 0...bytes.count {
      var decoder = KeyDecoder()
      #expect(decoder.decode(bytes[..<place]) + decoder.decode(bytes[place...]) == keys, "at \(place)")
    }
    var decoder = KeyDecoder()
    #expect(bytes.flatMap { decoder.decode([$0]) } == keys)
  }

  @Test func loneEscapeIsAKeyAfterATime() {
    var decoder = KeyDecoder()
    #expect(decoder.timeLimit == nil)
    #expect(decoder.decode([0x1B]) == [])
    #expect(decoder.timeLimit == .milliseconds(100))
    #expect(decoder.expire() == [.escape])
    #expect(decoder.timeLimit == nil && decoder.decode("[A".utf8) == [.character("["), .character("A")])
  }

  @Test(arguments: ["\u{1B}[", "\u{1B}[1;", "\u{1B}O", "\u{1B}[["])
  func unfinishedSequenceDoesNotTakeTheNextKey(_ bytes: String) {
    var decoder = KeyDecoder()
    #expect(decoder.decode(bytes.utf8) == [])
    #expect(decoder.expire() == [] && decoder.decode("q".utf8) == [.character("q")])
  }

  @Test func pasteWithoutItsEndKeepsItsText() {
    var decoder = KeyDecoder()
    #expect(decoder.decode("\u{1B}[200~calypso".utf8) == [])
    #expect(decoder.expire() == [.paste("calypso")])
  }

  @Test func longInputIsBounded() {
    var decoder = KeyDecoder()
    let long = String(repeating: "x", count: 100_000)
    #expect(decoder.decode("\u{1B}[200~\(long)\u{1B}[201~".utf8) == [.paste(String(long.prefix(4096)))])
    #expect(decoder.decode("\u{1B}[\(String(repeating: "1", count: 100_000))A".utf8) == [])
  }

  @Test(
    arguments: [
      [0xFF, 0x71], [0xC3, 0x71], [0xE2, 0x82, 0x71], [0xC0, 0x80, 0x71], [0xED, 0xA0, 0x80, 0x71],
      [0xF4, 0x90, 0x80, 0x80, 0x71], [0x00, 0x1C, 0x71],
    ] as [[UInt8]])
  func invalidBytesAreIgnored(_ bytes: [UInt8]) {
    var decoder = KeyDecoder()
    #expect(decoder.decode(bytes) == [.character("q")])
  }

  /// No invisible character gets into a filter or into the reason of a silence.
  @Test func invisibleCharactersAreIgnored() {
    var decoder = KeyDecoder()
    #expect(decoder.decode("a\u{202E}\u{200B}\u{9B}b".utf8) == [.character("a"), .character("b")])
    #expect(decoder.decode("\u{1B}[200~a\u{202E}\u{0}\u{1B}b\r\n\tc\u{1B}[201~".utf8) == [.paste("ab c")])
  }
}
