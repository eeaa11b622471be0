internal import GuardTerminal
internal import Health

/// The plan on a terminal: one block per step.
enum SetupPage {
  static func page(_ plan: Plan, title: String, person: SetupUser, showsUndo: Bool, _ terminal: Terminal)
    -> Page
  {
    var page = Page()
    page += terminal.wrapped(Span(title, .strong))
    let margin = (plan.steps.map(\.name.displayWidth).max() ?? 0) + 2
    for step in plan.steps {
      page += terminal.marked(
        mark(step.outcome), step.name, margin: margin, step.found.singleLine,
        step.outcome == .open ? .faint : .plain)
      // Changes are shown only if nothing prevents them.
      guard case .change(let changes) = step.outcome, plan.next == nil else { continue }
      for change in changes {
        let detail = change.detail.map { " (\($0))" } ?? ""
        page += terminal.marked(
          Span(""), "", margin: margin, "-> \(change.words(person))\(detail)".singleLine, .strong)
        guard showsUndo else { continue }
        page += terminal.marked(Span(""), "", margin: margin, "undo: \(change.undo)".singleLine, .faint)
      }
    }
    return page
  }

  private static func mark(_ outcome: Plan.Outcome) -> Span {
    switch outcome {
    case .good: Span("ok", .good)
    case .note: Span("note", .warning)
    case .change: Span("do", .warning)
    case .blocked: Span("STOP", .bad)
    case .open: Span("-", .faint)
    }
  }
}
