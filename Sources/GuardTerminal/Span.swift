import Health

/// The style of a text.
package enum Style: Hashable, Sendable {
  case plain, strong, faint, good, warning, bad
  /// The selected row of a list.
  case chosen

  /// SGR parameters (ECMA-48, 8.3.117), with only the eight colors that every theme defines.
  fileprivate var parameters: String? {
    switch self {
    case .plain: nil
    case .strong: "1"
    case .faint: "2"
    case .good: "32"
    case .warning: "33"
    case .bad: "1;31"
    case .chosen: "7"
    }
  }
}

/// A text that is safe for a terminal, because it contains no control characters.
///
/// All output passes through spans, so names and messages from a cluster cannot move the cursor, change the window's
/// title or hide other text.
package struct Span: Hashable, Sendable {
  package let text: String
  package let style: Style

  package init(_ text: String, _ style: Style = .plain) {
    self.text = text.singleLine
    self.style = style
  }

  package var width: Int { text.displayWidth }

  func written(inColor: Bool) -> String {
    guard inColor, !text.isEmpty, let parameters = style.parameters else { return text }
    return "\u{1B}[\(parameters)m\(text)\u{1B}[0m"
  }
}
