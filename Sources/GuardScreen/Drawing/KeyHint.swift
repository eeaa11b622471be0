import GuardTerminal

/// A key and what it does, for the last line of the screen.
struct KeyHint {
  let key: String
  let action: String
  /// Hints with the highest number are left out first if the line is too long.
  let rank: Int

  private static let gap = 2

  static func line(_ hints: [KeyHint], width: Int) -> Line {
    var hints = hints
    while total(hints) > width, let rank = hints.map(\.rank).max(), rank > 0 {
      hints.removeAll { $0.rank == rank }
    }
    return Line(
      hints.enumerated().flatMap { place, hint in
        [
          Span(place == 0 ? "" : String(repeating: " ", count: gap)), Span(hint.key, .strong), Span(" "),
          Span(hint.action, .faint),
        ]
      })
  }

  private static func total(_ hints: [KeyHint]) -> Int {
    hints.reduce(-gap) { $0 + $1.key.displayWidth + 1 + $1.action.displayWidth + gap }
  }

  static func list(isFleet: Bool) -> [KeyHint] {
    [
      KeyHint(key: "j/k", action: "move", rank: 8), KeyHint(key: "Enter", action: "open", rank: 1),
      KeyHint(key: "/", action: "filter", rank: 2),
    ] + (isFleet ? [KeyHint(key: "Tab", action: "cluster", rank: 3)] : []) + orders + ends
  }

  static let problem =
    [KeyHint(key: "Esc", action: "back", rank: 1), KeyHint(key: "j/k", action: "scroll", rank: 8)] + orders
    + ends

  static let help = [
    KeyHint(key: "Esc", action: "back", rank: 1), KeyHint(key: "j/k", action: "scroll", rank: 2),
    KeyHint(key: "q", action: "quit", rank: 0),
  ]

  static func prompt(_ prompt: Prompt) -> [KeyHint] {
    switch prompt {
    case .filter:
      [KeyHint(key: "Enter", action: "keep", rank: 0), KeyHint(key: "Esc", action: "clear", rank: 1)]
    case .reconnect: [KeyHint(key: "y", action: "yes", rank: 0), KeyHint(key: "n", action: "no", rank: 1)]
    case .silence:
      [KeyHint(key: "Enter", action: "continue", rank: 0), KeyHint(key: "Esc", action: "cancel", rank: 1)]
    }
  }

  private static let orders = [
    KeyHint(key: "y", action: "copy", rank: 4), KeyHint(key: "s", action: "silence", rank: 5),
    KeyHint(key: "p", action: "poll", rank: 6), KeyHint(key: "r", action: "reconnect", rank: 7),
  ]

  private static let ends = [
    KeyHint(key: "?", action: "help", rank: 1), KeyHint(key: "q", action: "quit", rank: 0),
  ]
}
