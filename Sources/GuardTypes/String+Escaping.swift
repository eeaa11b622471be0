extension String {
  /// The text with these Unicode scalars replaced, for quoting and escaping.
  ///
  /// `replacing(_:with:)` compares characters. It would skip a quote that a combining mark follows, although it is a quote
  /// for every other program.
  public func escaping(_ replacements: [Unicode.Scalar: String]) -> String {
    guard unicodeScalars.contains(where: { replacements[$0] != nil }) else { return self }
    var text = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if let replacement = replacements[scalar] {
        text.append(contentsOf: replacement.unicodeScalars)
      } else {
        text.append(scalar)
      }
    }
    return String(text)
  }

  /// The text for an element or a quoted attribute of XML, HTML or Pango (XML 1.0 §2.4).
  public var xmlEscaped: String {
    escaping(["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;"])
  }
}
