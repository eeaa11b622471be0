/// Patterns in which `*` matches any text.
package enum Wildcard {
  /// Ignores case, because no two subjects differ only by case.
  ///
  /// It only backtracks to the last `*`, so it needs at most length times length steps for any pattern.
  package static func matches(_ pattern: String, _ text: String) -> Bool {
    let pattern = pattern.utf8.map(small)
    let text = text.utf8.map(small)
    var at = (pattern: 0, text: 0)
    var star: (pattern: Int, text: Int)?
    while at.text < text.count {
      if at.pattern < pattern.count, pattern[at.pattern] == UInt8(ascii: "*") {
        star = (at.pattern + 1, at.text)
        at.pattern += 1
      } else if at.pattern < pattern.count, pattern[at.pattern] == text[at.text] {
        at = (at.pattern + 1, at.text + 1)
      } else if let last = star {
        star = (last.pattern, last.text + 1)
        at = (last.pattern, last.text + 1)
      } else {
        return false
      }
    }
    return pattern[at.pattern...].allSatisfy { $0 == UInt8(ascii: "*") }
  }

  private static func small(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
