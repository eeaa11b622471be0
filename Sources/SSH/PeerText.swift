internal import Redaction

/// Cleans untrusted text of a peer for a journal, a terminal or a status document, and hides the credentials in it.
package enum PeerText {
  /// Longer text is not useful to a reader.
  package static let longest = 200

  /// One line of at most `longest` characters, without control characters, direction marks and invalid UTF-8.
  package static func clean(_ bytes: some Collection<UInt8>) -> String {
    // A character can have any number of bytes, so the input is cut before it is decoded.
    clean(String(decoding: bytes.prefix(longest * 8), as: UTF8.self))
  }

  /// The same for each of several lines, which are searched for credentials together.
  static func clean(lines: [String]) -> [String] {
    redacted(lines.joined(separator: "\n"), limit: .max >> 1)
      .split(separator: "\n").map { clean($0) }
  }

  package static func clean(_ text: some StringProtocol) -> String {
    var scalars = String.UnicodeScalarView()
    // A shortened credential is not recognized, so credentials are hidden before the text is cut.
    let hidden = redacted(
      String(String.UnicodeScalarView(text.unicodeScalars.prefix(longest * 8))), limit: longest * 32)
    for scalar in hidden.unicodeScalars.prefix(longest * 2) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        scalars.append(" ")
      default: scalars.append(scalar)
      }
    }
    let words = String(scalars).split(separator: " ").joined(separator: " ")
    return words.count > longest ? words.prefix(longest - 1) + "…" : words
  }
}
