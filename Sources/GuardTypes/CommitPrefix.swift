/// The name of a commit: 40 hexadecimal digits, or its first seven or more.
package struct CommitPrefix: Hashable, Sendable {
  /// The accepted form, for messages.
  package static let form = "7 to 40 hexadecimal digits"

  /// Lowercase.
  package let digits: String

  package init?(_ text: String) {
    guard (7...40).contains(text.utf8.count), text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
      return nil
    }
    digits = text.lowercased()
  }

  /// The form in sentences.
  package var short: String { String(digits.prefix(8)) }
}
