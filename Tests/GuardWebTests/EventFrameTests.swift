import Testing

@testable import GuardWeb

@Suite struct EventFrameTests {
  private static func text(_ frame: EventFrame) -> String { String(decoding: frame.bytes, as: UTF8.self) }

  @Test func frameHasKindNumberAndData() {
    #expect(
      Self.text(EventFrame(kind: .status, changes: 7, data: Array("{}".utf8)))
        == "event: status\nid: 7\ndata: {}\n\n")
    #expect(Self.text(.beat) == "event: beat\ndata: {}\n\n")
  }

  /// A line break in the data cannot begin another field or event.
  @Test(arguments: ["\n\nevent: x", "\r\rid: 9", "\r\nretry: 1", "\n"])
  func lineBreakStaysInTheData(_ data: String) {
    let lines = Self.text(EventFrame(kind: .silence, changes: 1, data: Array(data.utf8)))
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.dropFirst(2).dropLast(2).allSatisfy { $0.hasPrefix("data: ") && !$0.contains("\r") })
    #expect(lines.suffix(2) == ["", ""])
  }
}
