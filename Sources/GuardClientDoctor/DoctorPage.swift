package import GuardAPI
package import GuardTerminal
import Health

/// `oceanid-ctl doctor`: the steps of the connection, then the first that failed.
package enum DoctorPage {
  package static func page(_ document: DoctorDocument, _ terminal: Terminal) -> Page {
    var page = Page()
    let findings = document.findings
    let margin = (findings.map(\.step.displayWidth).max() ?? 0) + 2
    var cluster: String?
    for finding in findings {
      if finding.cluster != cluster {
        page.gap()
        if let name = finding.cluster { page += Line(Span(name, .strong)) }
        cluster = finding.cluster
      }
      page += lines(finding, margin: margin, terminal)
    }
    page.gap()
    page += verdict(document, terminal)
    return page
  }

  private static func lines(_ finding: FindingDocument, margin: Int, _ terminal: Terminal) -> [Line] {
    var lines = terminal.marked(
      Span(mark(finding.outcome), style(finding.outcome)), finding.step, margin: margin, finding.found,
      finding.outcome == .skipped ? .faint : .plain)
    if let step = finding.next, finding.outcome == .warning {
      lines += next(step, indent: Terminal.markMargin + margin, terminal)
    }
    return lines
  }

  /// The command is never wrapped, so that it can be copied.
  private static func next(_ step: NextStep, indent: Int, _ terminal: Terminal) -> [Line] {
    let blank = Span(String(repeating: " ", count: indent))
    func note(_ label: String, _ text: String) -> [Line] {
      let room = terminal.width.map { max(24, min($0, Terminal.proseWidth) - indent - 5) }
      return (room.map { text.wrapped(to: $0) } ?? [text]).enumerated().map { index, part in
        Line(blank, Span(index == 0 ? label : "     ", .faint), Span(part))
      }
    }
    guard let command = step.command else { return step.note.map { note("next ", $0) } ?? [] }
    return [Line(blank, Span("next ", .faint), Span(command, .strong))]
      + (step.note.map { note("note ", $0) } ?? [])
  }

  /// The first step that failed. The results of later steps depend on it, or the steps were skipped.
  private static func verdict(_ document: DoctorDocument, _ terminal: Terminal) -> [Line] {
    let broken = document.findings.filter { $0.outcome == .failed }
    guard let first = broken.first else {
      let warnings = document.findings.count { $0.outcome == .warning }
      return warnings == 0
        ? [Line(Span("Connection works.", .good))]
        : [Line(Span("Connection works; \(warnings.of("warning")).", .warning))]
    }
    var page = Page()
    let place = first.cluster.map { "\($0), \(first.step)" } ?? first.step
    page += terminal.wrapped(Span("Failed: \(place): \(first.found)", .bad))
    if let step = first.next { page += next(step, indent: 2, terminal) }
    for other in broken.dropFirst() {
      let place = other.cluster.map { "\($0), \(other.step)" } ?? other.step
      page += terminal.wrapped(Span("Also failed: \(place)", .bad))
      if let step = other.next { page += next(step, indent: 2, terminal) }
    }
    return page.lines
  }

  private static func mark(_ outcome: FindingOutcome) -> String {
    switch outcome {
    case .ok: "ok"
    case .warning: "warn"
    case .failed: "FAIL"
    case .skipped, .unknown: "-"
    }
  }

  private static func style(_ outcome: FindingOutcome) -> Style {
    switch outcome {
    case .ok: .good
    case .warning: .warning
    case .failed: .bad
    case .skipped, .unknown: .faint
    }
  }
}
