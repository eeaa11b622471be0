import Health

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
    self.text = text.singleLine
    self.style = style
  }

  var width: Int { text.displayWidth }

  func written(inColour: Bool) -> String {
    guard inColour, !text.isEmpty, let parameters = style.parameters else { return text }
    return "\u{1B}[\(parameters)m\(text)\u{1B}[0m"
  }
}
