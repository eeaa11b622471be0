internal import GuardTerminal
internal import Health

/// The plan on a terminal: one block per step.
enum SetupPage {
  static func page(_ plan: Plan, title: String, person: Person, showsUndo: Bool, _ terminal: Terminal) -> Page
  {
    var page = Page()
    page += terminal.wrapped(Span(title, .strong))
    let margin = (plan.steps.map(\.name.displayWidth).max() ?? 0) + 2
    for step in plan.steps {
      let (mark, style) = mark(step.outcome)
      page += block(
        mark, style, step.name, margin, step.found, step.outcome == .open ? .faint : .plain, terminal)
      // Changes are shown only if nothing prevents them.
      guard case .change(let changes) = step.outcome, plan.next == nil else { continue }
      for change in changes {
        page += block(
          "", .plain, "", margin, "-> \(change.words(person))\(change.detail.map { " (\($0))" } ?? "")",
          .strong, terminal)
        if showsUndo { page += block("", .plain, "", margin, "undo: \(change.undo)", .faint, terminal) }
      }
    }
    return page
  }

  private static func block(
    _ mark: String, _ style: Style, _ name: String, _ margin: Int, _ text: String, _ textStyle: Style,
    _ terminal: Terminal
  ) -> [Line] {
    let left = 2 + 6 + margin
    let room = terminal.width.map { max(24, min($0, Terminal.proseWidth) - left) }
    let parts = room.map { text.singleLine.wrapped(to: $0) } ?? [text]
    return parts.enumerated().map { index, part in
      index == 0
        ? Line(
          Span("  "), Span(mark.padded(to: 6), style), Span(name.padded(to: margin)), Span(part, textStyle))
        : Line(Span(String(repeating: " ", count: left)), Span(part, textStyle))
    }
  }

  private static func mark(_ outcome: Plan.Outcome) -> (String, Style) {
    switch outcome {
    case .good: ("ok", .good)
    case .note: ("note", .warning)
    case .change: ("do", .warning)
    case .blocked: ("STOP", .bad)
    case .open: ("-", .faint)
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - displayWidth))
  }
}
