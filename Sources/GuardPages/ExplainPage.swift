import GuardAPI
package import GuardExplain
package import GuardTerminal
import Health

/// `oceanid-ctl explain`: the texts of the journal's catalog, and of problems and errors.
package enum ExplainPage {
  package static func page(_ explanation: Explanation, _ terminal: Terminal) -> Page {
    switch explanation {
    case .all: list(terminal)
    case .event(let entry): page(entry, terminal)
    case .topics(let topics, let problem): page(problem, topics, terminal)
    }
  }

  private static func page(_ entry: Catalog.Entry, _ terminal: Terminal) -> Page {
    let (subject, text) = entry.general
    var page = Page()
    page += Line(Span(entry.event, .strong))
    page += terminal.wrapped(Span(subject))
    page.gap()
    page += lines(text).flatMap { $0.isEmpty ? [Line.empty] : terminal.wrapped(Span($0)) }
    page.gap()
    page += Line(
      Span("In the journal: ", .faint), Span("journalctl -u oceanid-guard MESSAGE_ID=\(entry.messageID)"))
    return page
  }

  /// Splits a text into lines. Joins lines that are broken only because of the width of the file.
  private static func lines(_ text: String) -> [String] {
    var lines: [String] = []
    var goesOn = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if goesOn, !line.isEmpty, let last = lines.popLast() {
        lines.append("\(last) \(line)")
      } else {
        lines.append(String(line))
      }
      goesOn = line.count > 80
    }
    return lines
  }

  private static func page(_ problem: ProblemDocument?, _ topics: [Topic], _ terminal: Terminal) -> Page {
    var page = Page()
    if let problem { page += ProblemLines.lines([problem], namesCluster: false, terminal) }
    page.gap()
    page += lines(topics, terminal)
    return page
  }

  /// The meaning and the next step of each topic.
  package static func lines(_ topics: [Topic], _ terminal: Terminal) -> [Line] {
    var page = Page()
    for topic in topics {
      page.gap()
      page += Line(Span(topic.word, .strong))
      page += terminal.wrapped(Span(topic.meaning))
      if let command = topic.step.command {
        page += Line(Span("next", .faint), Span("  "), Span(command, .strong))
      }
      if let note = topic.step.note {
        let label = topic.step.command == nil ? "next" : "note"
        page += terminal.labeled(label, margin: 6, indent: 0, Span(note))
      }
    }
    return page.lines
  }

  private static func list(_ terminal: Terminal) -> Page {
    var events = Table(columns: ["EVENT", "MEANING"], endsInProse: true)
    events.rows = Catalog.builtIn.entries.map {
      Table.Row(cells: [Span($0.event), Span($0.general.subject)])
    }
    var topics = Table(columns: ["PROBLEM OR ERROR", "MEANING"], endsInProse: true)
    topics.rows = Topic.all.map { Table.Row(cells: [Span($0.word), Span($0.meaning)]) }
    return Page(lines: events.lines(width: terminal.width) + [.empty] + topics.lines(width: terminal.width))
  }
}
