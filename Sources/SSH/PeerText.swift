/// Words of somebody who may mean ill, on their way to a journal, a terminal or a status document.
package enum PeerText {
  /// More than that is nothing that a person would read.
  package static let longest = 200

  /// One line of it: no control characters, nothing that turns the direction of writing, no invalid UTF-8, at most
  /// `longest` characters.
  package static func clean(_ bytes: some Collection<UInt8>) -> String {
    // A character may be long, but not without end; what lies behind is not even decoded.
    clean(String(decoding: bytes.prefix(longest * 8), as: UTF8.self))
  }

  package static func clean(_ text: some StringProtocol) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(longest * 2) {
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
