/// Limits the total size of long texts in a document. Once the budget is used up, texts are shortened to one line and
/// counted.
struct TextBudget {
  /// The length in bytes that every text may have.
  static let line = 160

  private var left: Int
  private(set) var shortened = 0

  init(bytes: Int) { left = bytes }

  /// Counts texts that were shortened for another reason.
  mutating func add(shortened count: Int) { shortened += count }

  mutating func fit(_ text: inout String) {
    let count = text.utf8.count
    guard count > TextBudget.line else { return }
    guard count > left else {
      left -= count
      return
    }
    shortened += 1
    var end = text.utf8.index(text.startIndex, offsetBy: TextBudget.line)
    // Do not cut inside a character: continuation bytes begin with the bits 10 (RFC 3629 §3).
    while text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
    text = text[..<end] + "…"
  }
}
