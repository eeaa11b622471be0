/// The full name of a commit: 40 lowercase hexadecimal digits.
package struct CommitID: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// nil for anything but 40 hexadecimal digits.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count == 40, text.utf8.allSatisfy(CommitID.isDigit) else { return nil }
    description = text.lowercased()
  }

  /// The commit in a revision of Flux: `main@sha1:SHA`, `sha1:SHA`, and `main/SHA` before Flux 2.
  package init?(revision: String) {
    let end = revision.lastIndex { $0 == ":" || $0 == "/" || $0 == "@" }
    self.init(end.map { revision[revision.index(after: $0)...] } ?? revision[...])
  }

  /// The first eight digits, for texts.
  package var short: String { String(description.prefix(8)) }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
