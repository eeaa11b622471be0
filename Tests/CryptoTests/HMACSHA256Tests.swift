import Testing

@testable import Crypto

@Suite struct HMACSHA256Tests {
  private func code(_ message: [UInt8], _ key: [UInt8]) -> String? {
    HMACSHA256(of: message, key: key)?.hexadecimal
  }

  /// RFC 4231 §4.2, §4.3 and §4.7.
  @Test func knownCodes() {
    #expect(
      code(Array("Hi There".utf8), [UInt8](repeating: 0x0b, count: 20))
        == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    #expect(
      code(Array("what do ya want for nothing?".utf8), Array("Jefe".utf8))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      code(
        Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        [UInt8](repeating: 0xaa, count: 131))
        == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  /// An empty key must not reuse the key of the previous call.
  @Test func anEmptyKeyAndAnEmptyMessage() {
    _ = code([1], [2])
    #expect(code([], []) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }
}
