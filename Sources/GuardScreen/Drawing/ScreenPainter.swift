import GuardAPI
package import GuardTerminal
import GuardTypes
import Health

/// Draws a state: exactly one line per row of the terminal, none wider than it.
package struct ScreenPainter {
  let state: ScreenState
  let pages: any ScreenPages
  /// The width of the text, and the reference time of ages: that of the status if it is stale.
  let terminal: Terminal

  /// The smallest supported screen.
  package static let smallest = TerminalSize(rows: 10, columns: 60)
  private static let widest = 250
  private static let maxNoteLines = 3
  private static let maxTroubleLines = 2

  package init(_ state: ScreenState, _ pages: any ScreenPages, _ terminal: Terminal) {
    self.state = state
    self.pages = pages
    var terminal = terminal
    terminal.width = min(state.size.columns, ScreenPainter.widest)
    terminal.now = state.time.wall
    // While the guard does not answer, ages refer to the time of its last status.
    if state.isPast, let status = state.status { terminal.now = status.generatedAt }
    self.terminal = terminal
  }

  var width: Int { terminal.width ?? ScreenPainter.smallest.columns }

  /// The document, with the verdict unknown if it is stale.
  var status: StatusDocument? {
    guard state.isPast, var status = state.status else { return state.status }
    let age = (state.time.wall - status.generatedAt).asAge
    for index in status.clusters.indices {
      let was = status.clusters[index].verdict.rawValue.uppercased()
      status.clusters[index].verdict = .unknown
      status.clusters[index].summary = "was \(was) \(age) ago"
    }
    return status
  }

  /// A part of the screen between the title and the status line.
  struct Body {
    var lines: [Line] = []
    /// The problem id of each line.
    var problems: [Int: String] = [:]
    var scrollLimit = 0
    /// The shown part of a longer text, for the title.
    var position = ""
  }

  package func frame() -> ScreenFrame {
    let (rows, columns) = (state.size.rows, state.size.columns)
    guard rows >= ScreenPainter.smallest.rows, columns >= ScreenPainter.smallest.columns else {
      return small(rows, columns)
    }
    let (bottom, warning) = (bottom, warning)
    let room = rows - 1 - warning.count - bottom.count
    var body = self.body(room)
    if state.isPast { body.lines = body.lines.map(\.faint) }
    body.lines += Array(repeating: .empty, count: max(0, room - body.lines.count))
    let top = [title(body.position)] + warning
    let lines = (top + body.lines.prefix(room) + bottom).map { $0.cut(to: columns) }
    let problems = body.problems.reduce(into: [:]) { $0[$1.key + top.count] = $1.value }
    return ScreenFrame(lines: lines, problems: problems, scrollLimit: body.scrollLimit)
  }

  private func body(_ room: Int) -> Body {
    if let help = state.help { return scrolled(HelpPage.lines(terminal), from: help, room) }
    guard let status else {
      return Body(lines: [.empty, Line(Span("Waiting for the guard's status…", .faint))])
    }
    if let open = state.open {
      return scrolled(ProblemPage(open, pages, terminal).lines(isPast: state.isPast), from: open.scroll, room)
    }
    return ListPage(state, status, pages, terminal).body(room)
  }

  private func scrolled(_ lines: [Line], from position: Int, _ room: Int) -> Body {
    let limit = max(0, lines.count - room)
    let start = min(position, limit)
    var body = Body(lines: Array(lines.dropFirst(start).prefix(room)), scrollLimit: limit)
    if limit > 0 { body.position = "lines \(start + 1)-\(start + body.lines.count) of \(lines.count)" }
    return body
  }

  private func small(_ rows: Int, _ columns: Int) -> ScreenFrame {
    let least = ScreenPainter.smallest
    let text =
      "This terminal has \(columns) x \(rows) characters; watch needs \(least.columns) x \(least.rows)."
    let words = text.wrapped(to: max(1, columns)) + ["q quits."]
    let empty = Array(repeating: Line.empty, count: max(0, rows - words.count))
    let lines = words.map { Line(Span($0)).cut(to: columns) } + empty
    return ScreenFrame(lines: Array(lines.prefix(rows)))
  }

  private func title(_ position: String) -> Line {
    let now = state.time.wall
    var spans = [Span("oceanid-ctl watch", .faint), Span("  "), Span(now.clock(at: now))]
    if state.isPast { spans += [Span("  "), Span("UNKNOWN", .warning)] }
    if !position.isEmpty { spans += [Span("  "), Span(position, .faint)] }
    // Last, because the id of a problem may be long.
    return Line(spans + [Span("  "), Span(place, .strong)])
  }

  /// The name of the shown page.
  private var place: String {
    if state.help != nil { return "keys" }
    if let open = state.open { return open.problem.id }
    guard state.isFleet, let clusters = state.status?.clusters else { return "" }
    guard let name = state.list.cluster, let index = clusters.firstIndex(where: { $0.name == name }) else {
      return "overview of \(clusters.count.of("cluster"))"
    }
    return "cluster \(index + 1) of \(clusters.count)"
  }

  private var warning: [Line] {
    let text: String
    if let warning = state.loss {
      text = "\(warning); retrying"
    } else if let silence = state.silence {
      text = "the guard has sent nothing for \(silence.asAge)"
    } else {
      return []
    }
    return Array(terminal.wrapped(Span(text, .bad)).prefix(ScreenPainter.maxTroubleLines))
  }

  private var bottom: [Line] {
    if let prompt = state.prompt {
      return [question(prompt), KeyHint.line(KeyHint.prompt(prompt), width: width)]
    }
    let keys =
      if !state.hasKeys {
        Line(Span("Standard input is not a terminal: Ctrl-C quits.", .faint))
      } else if state.help != nil {
        KeyHint.line(KeyHint.help, width: width)
      } else if state.open != nil {
        KeyHint.line(KeyHint.problem, width: width)
      } else {
        KeyHint.line(KeyHint.list(isFleet: state.isFleet), width: width)
      }
    return message + [keys]
  }

  /// The requests without an answer, or the last message; one empty line if there is none.
  private var message: [Line] {
    var lines: [Line] = []
    let waiting = state.pending.filter { !$0.isRecord }.map(\.words)
    if !waiting.isEmpty { lines += terminal.wrapped(Span("\(waiting.joined(separator: ", ")): waiting…")) }
    if let note = state.note { lines += terminal.wrapped(Span(note.text, note.style)) }
    return lines.isEmpty ? [.empty] : Array(lines.prefix(ScreenPainter.maxNoteLines))
  }

  /// The question, and the typed text with its end in view.
  private func question(_ prompt: Prompt) -> Line {
    switch prompt {
    case .filter(let field): return typed("/", field)
    case .reconnect(let cluster):
      return Line(Span("Reconnect the tunnel to \(cluster)?\(cost(of: cluster)) (y/n)", .warning))
    case .silence(let draft):
      if let complaint = draft.complaint {
        return typed("\(complaint): ", draft.field, .bad)
      }
      if draft.length == nil {
        return typed(
          "Silence for \(SilenceDocument.lengthsText) [\(SilenceDraft.usualLength)]: ", draft.field)
      }
      return typed("Reason: ", draft.field)
    }
  }

  /// A reconnect closes the connections through a tunnel that is up.
  private func cost(of cluster: String) -> String {
    let tunnel = state.status?.clusters.first { $0.name == cluster }?.tunnel
    guard let tunnel, tunnel.state == .up else { return "" }
    let open = tunnel.openConnections
    return " It is up; \(open.of("open connection")) will end."
  }

  private func typed(_ label: String, _ field: TextField, _ style: Style = .strong) -> Line {
    // The last column is the cursor.
    let room = max(1, width - label.displayWidth - 1)
    return Line(Span(label, style), Span(field.text.cutAtStart(to: room)), Span("_", .faint))
  }
}

extension Line {
  /// The same text without its colors.
  var faint: Line { Line(spans.map { Span($0.text, .faint) }) }
}
