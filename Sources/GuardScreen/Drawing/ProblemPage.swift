import GuardAPI
import GuardHistory
import GuardTerminal
import Health
import IncidentTracking

/// A problem in full: all fields of its document, what it means, and its history.
struct ProblemPage {
  private let open: OpenProblem
  private let pages: any ScreenPages
  private let terminal: Terminal

  private static let margin = 10
  private static let maxEarlierIncidents = 5
  private static let maxChanges = 30

  init(_ open: OpenProblem, _ pages: any ScreenPages, _ terminal: Terminal) {
    self.open = open
    self.pages = pages
    self.terminal = terminal
  }

  private var problem: ProblemDocument { open.problem }

  /// - Parameter isPast: true if the guard does not answer, so that the end of the problem is unknown.
  func lines(isPast: Bool) -> [Line] {
    var page = Page()
    page += terminal.wrapped(Span(pages.headline(problem, namesCluster: !problem.cluster.isEmpty), .strong))
    if open.hasEnded, !isPast {
      page += Line(Span("This problem has ended. Its last state:", .good))
    }
    page.gap()
    page += facts
    page.gap()
    page += heading("What it means")
    page += pages.explanation(problem, terminal)
    page.gap()
    page += heading("History")
    page += record
    return page.lines
  }

  private func heading(_ text: String) -> Line { Line(Span(text, .strong)) }

  /// Each field of the document with its name. The remedy is command and note in one text, which older guards send alone.
  private var facts: [Line] {
    var facts: [(name: String, value: Span)] = [
      ("severity", Span(problem.severity.rawValue, problem.severity.style)),
      ("subject", Span(problem.subject)), ("title", Span(problem.title)),
      ("since", Span(problem.since.map { $0.since(terminal.now) } ?? "unknown")),
      ("detail", Span(problem.detail)),
    ]
    if let command = problem.command { facts.append(("command", Span(command, .strong))) }
    if let note = problem.note { facts.append(("note", Span(note))) }
    if problem.command == nil, problem.note == nil { facts.append(("remedy", Span(problem.remedy))) }
    if let silence = problem.silence { facts.append(("silence", Span(words(silence), .warning))) }
    facts += [
      ("cluster", Span(problem.cluster)), ("kind", Span(problem.kind)), ("code", Span(problem.code)),
      ("hides", Span(problem.hides.joined(separator: ", "))), ("id", Span(problem.id)),
    ]
    return facts.flatMap { fact in
      terminal.labeled(
        fact.name, margin: ProblemPage.margin, fact.value.text.isEmpty ? Span("-", .faint) : fact.value)
    }
  }

  private func words(_ silence: SilenceDocument) -> String {
    let now = terminal.now
    let parts = [
      silence.id, silence.expiresAt.map { "until \($0.clock(at: now)) (\($0.relative(to: now)))" },
      silence.createdAt.map { "since \($0.clock(at: now))" }, "by \(silence.author): \(silence.reason)",
      "for \(silence.pattern ?? "all problems") in \(silence.cluster ?? "all clusters")",
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }

  private var record: [Line] {
    switch open.record {
    case .waiting: return [Line(Span("  waiting…", .faint))]
    case .failed(let reason): return terminal.wrapped(Span("  unknown: \(reason)", .bad))
    case .known(let record):
      var page = Page()
      page +=
        record.incident.map(lines) ?? [Line(Span("  There is no incident yet: a problem must last.", .faint))]
      let changes = record.changes.suffix(ProblemPage.maxChanges)
      for change in changes.reversed() {
        page += terminal.labeled(
          change.at.clock(at: terminal.now), margin: ProblemPage.margin, Span(ChangeLine.text(change)))
      }
      if record.changes.count > changes.count {
        page += Line(
          Span("  \((record.changes.count - changes.count).of("older change")): oceanid-ctl history", .faint))
      }
      page += earlier(record.earlier)
      return page.lines
    }
  }

  private func lines(_ incident: IncidentDocument) -> [Line] {
    let now = terminal.now
    let state = incident.flapping ? "flapping" : incident.state?.rawValue ?? "unknown"
    let end = incident.endedAt
    let facts: [(String, String)] = [
      ("incident", "\(incident.id), \(end == nil ? state : "ended")"),
      ("begin", incident.since.map { $0.since(now) } ?? "unknown"),
      ("end", end.map { $0.since(now) } ?? "-"),
      (
        "length",
        incident.since.map { $0.length(until: end ?? now).exact + (end == nil ? " so far" : "") } ?? "unknown"
      ),
      ("notified", incident.notices == 0 ? "never" : incident.notices.of("time")),
    ]
    return facts.flatMap { terminal.labeled($0.0, margin: ProblemPage.margin, Span($0.1)) }
  }

  private func earlier(_ incidents: [IncidentDocument]) -> [Line] {
    guard !incidents.isEmpty else { return [] }
    let lines = incidents.prefix(ProblemPage.maxEarlierIncidents).flatMap { incident in
      let begin = incident.since.map { $0.clock(at: terminal.now) } ?? "unknown"
      let length = incident.since.flatMap { begin in incident.endedAt.map { begin.length(until: $0).exact } }
      return terminal.labeled(
        "earlier", margin: ProblemPage.margin,
        Span("\(begin), for \(length ?? "an unknown time"): \(incident.title)"))
    }
    let more = incidents.count - ProblemPage.maxEarlierIncidents
    return lines
      + (more > 0 ? [Line(Span("  \(more.of("more incident")): oceanid-ctl incidents", .faint))] : [])
  }
}
