import GuardAPI
import GuardHistory
import GuardTerminal
import Health

/// The facts of a cluster or the overview of several, the list of problems, and the last changes.
struct ListPage {
  let state: ScreenState
  let status: StatusDocument
  let pages: any ScreenPages
  let terminal: Terminal

  private static let maxChanges = 8
  private static let ageWidth = 5
  private static let severityWidth = 8
  /// With fewer rows, the next step of the selected problem is shown only on its own page.
  private static let roomForStep = 14

  init(_ state: ScreenState, _ status: StatusDocument, _ pages: any ScreenPages, _ terminal: Terminal) {
    self.state = state
    self.status = status
    self.pages = pages
    self.terminal = terminal
  }

  func body(_ room: Int) -> ScreenPainter.Body {
    let step = room >= ListPage.roomForStep ? step : nil
    // A gap and the heading of the list, and the next step.
    let fixed = 2 + (step == nil ? 0 : 1)
    let shown = state.list.shown
    let least = max(1, min(shown.count, max(3, room / 3)))
    let header = header.prefix(max(1, room - fixed - least))
    let height = max(1, min(shown.count, room - header.count - fixed))
    // The worst problems are on top. They stay in sight as long as the selected one is too.
    let start =
      state.list.index < height ? 0 : max(0, min(state.list.index - height / 2, shown.count - height))
    let visible = shown.dropFirst(start).prefix(height)

    var body = ScreenPainter.Body(lines: header + [.empty, heading(start, visible.count)])
    for (offset, problem) in visible.enumerated() {
      body.problems[body.lines.count] = problem.id
      body.lines.append(row(problem, isSelected: start + offset == state.list.index))
    }
    if let step { body.lines.append(step) }
    body.lines += changes(room - body.lines.count)
    return body
  }

  private var namesCluster: Bool { state.isFleet && state.list.cluster == nil }

  private var header: [Line] {
    guard !status.clusters.isEmpty else {
      return terminal.labeled("guard", margin: 8, indent: 0, Span(status.summary, status.verdict.style))
    }
    if namesCluster { return pages.fleet(status, terminal) }
    let cluster = status.clusters.first { $0.name == state.list.cluster } ?? status.clusters[0]
    return pages.cluster(cluster, among: status.problems, terminal)
  }

  private func heading(_ start: Int, _ count: Int) -> Line {
    let list = state.list
    var text =
      if list.total == 0 {
        "No problems"
      } else if list.filter.isEmpty {
        list.total.of("problem")
      } else {
        "\(list.shown.count) of \(list.total.of("problem"))"
      }
    if count < list.shown.count { text += ", \(start + 1)-\(start + count) shown" }
    if let omitted = status.omittedProblems, omitted > 0 {
      text += ", \(omitted) more not listed by the guard"
    }
    let filter = list.filter.isEmpty ? [] : [Span("  filter: ", .faint), Span(list.filter, .strong)]
    return Line([Span(text, .faint)] + filter)
  }

  /// For example `> CRITICAL    12m  node calypso is not ready`. The mark makes colors unnecessary.
  private func row(_ problem: ProblemDocument, isSelected: Bool) -> Line {
    let age = problem.since.map { (terminal.now - $0).asAge } ?? ""
    let severity = problem.severity.rawValue.uppercased()
    let left = [
      Span(isSelected ? "> " : "  ", .strong), Span(severity, problem.severity.style),
      Span(String(repeating: " ", count: max(0, ListPage.severityWidth - severity.count) + 2)),
    ]
    let text =
      String(repeating: " ", count: max(0, ListPage.ageWidth - age.displayWidth)) + age + "  "
      + pages.headline(problem, namesCluster: namesCluster) + (problem.silence == nil ? "" : " (muted)")
    let room = max(0, (terminal.width ?? .max) - left.reduce(0) { $0 + $1.width })
    let cut = Span(text).text.cut(to: room)
    guard isSelected else { return Line(left + [Span(cut)]) }
    return Line(left + [Span(cut + String(repeating: " ", count: room - cut.displayWidth), .chosen)])
  }

  /// The next step of the selected problem, which `y` copies.
  private var step: Line? {
    guard let step = state.list.selected?.step, let text = step.command ?? step.note else { return nil }
    return Line(Span("  next ", .faint), Span(text, step.command == nil ? .plain : .strong))
  }

  private func changes(_ room: Int) -> [Line] {
    let changes = state.changes.filter { state.list.cluster == nil || $0.cluster == state.list.cluster }
    let count = min(changes.count, ListPage.maxChanges, room - 2)
    guard count > 0 else { return [] }
    return [.empty, Line(Span("Last changes", .faint))]
      + changes.suffix(count).reversed().map { ChangeLine.line($0, now: terminal.now) }
  }
}
