import Foundation
import Health
import Testing

@testable import GuardAPI

@Suite struct InvisibleCharacterTests {
  private struct Words: Codable, Hashable {
    var text: String
  }

  @Test(arguments: [
    "plain", "…é日本🚀", "\u{7F}", "\u{9B}31m", "a\u{202E}b\u{2066}c\u{200B}", "\u{E0041}\u{FE0F}x\u{E0100}",
    "\u{2028}",
    "tail\u{200B}", "\u{200B}", "\\\"\u{1B}",
  ])
  func invisibleCharactersAreEscapedAndDecodeUnchanged(_ text: String) throws {
    let bytes = try DocumentCoding.encode(Words(text: text))
    #expect(!String(decoding: bytes, as: UTF8.self).unicodeScalars.contains { $0.isInvisible })
    #expect(try JSONDecoder().decode(Words.self, from: bytes).text == text)
  }

  @Test func astralCharactersAreSurrogatePairs() throws {
    #expect(
      String(decoding: try DocumentCoding.encode(Words(text: "é\u{E0041}!")), as: UTF8.self)
        == #"{"text":"é\udb40\udc41!"}"#)
  }

  /// Bytes that are no UTF-8, and a sequence that ends too early, stay as they are.
  @Test(arguments: [[0xFF, 0x22], [0x22, 0xE2, 0x80], [0xF0], []] as [[UInt8]])
  func invalidBytesAreUnchanged(_ bytes: [UInt8]) {
    #expect(Array(DocumentCoding.escapingInvisible(Data(bytes))) == bytes)
  }
}
