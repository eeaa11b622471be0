import Testing

@testable import Platform

@Suite struct LastLinesTests {
  private func text(_ parts: [String], limit: Int = 20) -> String {
    var lines = LastLines(limit: limit)
    for part in parts { lines.append(Array(part.utf8)) }
    return lines.text
  }

  @Test func shortTextIsComplete() {
    #expect(text(["one\n", "two"]) == "one\ntwo")
    #expect(text(["12345678901234567890"]) == "12345678901234567890")
  }

  /// The rest of the line could be a credential whose name was dropped.
  @Test func lineWithoutItsBeginningIsDropped() {
    #expect(text(["Authorization: Bearer secret-that-is-long\nlast line\n"]) == "last line\n")
    #expect(text(["token: ", String(repeating: "x", count: 100)]) == "")
    #expect(text(["token: ", String(repeating: "x", count: 100), "\nend"]) == "end")
  }
}
