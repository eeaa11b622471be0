/// How a piece of text stands out.
enum Style: Hashable, Sendable {
  case plain, strong, faint, good, warning, bad

  /// SGR parameters (ECMA-48, 8.3.117); only the eight colours that every theme defines.
  fileprivate var parameters: String? {
    switch self {
    case .plain: nil
    case .strong: "1"
    case .faint: "2"
    case .good: "32"
    case .warning: "33"
    case .bad: "1;31"
    }
  }
}

/// A piece of text that a terminal may be given: no control character gets in here.
///
/// All that is shown passes through a span, so a name or a message from the cluster can't move the cursor,
/// retitle the window or hide what stands beside it.
struct Span: Hashable, Sendable {
  let text: String
  let style: Style

  init(_ text: String, _ style: Style = .plain) {
    self.text = text.withoutControls
    self.style = style
  }

  var width: Int { text.displayWidth }

  func written(inColour: Bool) -> String {
    guard inColour, !text.isEmpty, let parameters = style.parameters else { return text }
    return "\u{1B}[\(parameters)m\(text)\u{1B}[0m"
  }
}

extension String {
  /// White space as one blank each, other control and direction characters as U+FFFD.
  var withoutControls: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    var scalars = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar {
      case "\n", "\t", "\r", "\u{2028}", "\u{2029}":
        if scalars.last != " " { scalars.append(" ") }
      case _ where scalar.isControl:
        scalars.append("\u{FFFD}")
      default:
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}

extension Unicode.Scalar {
  /// C0, DEL and C1, line and paragraph separators, and what overrides the direction of text (UAX #9).
  fileprivate var isControl: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: true
    default: false
    }
  }
}
