extension String {
  /// Fit for a name or a word in a line: a line break is one blank, any other control character and what turns the
  /// direction of text is U+FFFD. Who names an object so writes no lines of his own into a mail, and steers no terminal.
  public var singleLine: String {
    // Nearly all that a cluster says is plain ASCII, and there is much of it.
    if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
    guard unicodeScalars.contains(where: \.breaksLines) else { return self }
    var scalars = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar {
      case "\n", "\t", "\r", "\u{2028}", "\u{2029}":
        if scalars.last != " " { scalars.append(" ") }
      case _ where scalar.breaksLines: scalars.append("\u{FFFD}")
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}

extension Unicode.Scalar {
  /// C0, DEL and C1, line and paragraph separators, and what overrides the direction of text (UAX #9).
  fileprivate var breaksLines: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: true
    default: false
    }
  }
}
