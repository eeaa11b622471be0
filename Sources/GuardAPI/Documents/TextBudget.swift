/// Bytes that the texts of a document's lists may take together. Lists stay whole; once the bytes are used up, texts are
/// cut to a line, and counted.
struct TextBudget {
  /// For each cluster: hundreds of objects say all that they have to say.
  static let perCluster = 1 << 20
  /// What every text may have.
  static let line = 160

  private var left: Int
  private(set) var shortened = 0

  init(bytes: Int = perCluster) { left = bytes }

  mutating func fit(_ text: inout String) {
    let count = text.utf8.count
    guard count > TextBudget.line else { return }
    guard count > left else {
      left -= count
      return
    }
    shortened += 1
    var end = text.utf8.index(text.startIndex, offsetBy: TextBudget.line)
    // Not inside of a character: bytes that continue one begin with 10 (RFC 3629 §3).
    while text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
    text = text[..<end] + "…"
  }
}
