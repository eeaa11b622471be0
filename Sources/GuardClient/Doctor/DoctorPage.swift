import GuardAPI
import GuardTerminal
import Health

/// `oceanid-ctl doctor`: the steps of the connection, then the first failed one.
enum DoctorPage {
  static func page(_ document: DoctorDocument, _ terminal: Terminal) -> Page {
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
    let mark = mark(finding.outcome)
    let left = 2 + 6 + margin
    let room = terminal.width.map { max(24, min($0, Terminal.proseWidth) - left) }
    let parts = room.map { finding.found.wrapped(to: $0) } ?? [finding.found]
    var lines = parts.enumerated().map { index, part in
      index == 0
        ? Line(
          Span("  "), Span(mark.padded(to: 6), style(finding.outcome)), Span(finding.step.padded(to: margin)),
          Span(part, finding.outcome == .skipped ? .faint : .plain))
        : Line(Span(String(repeating: " ", count: left)), Span(part))
    }
    if let remedy = finding.remedy, finding.outcome == .warning {
      // Never wrapped: a copied command must stay in one line.
      lines.append(
        Line(Span(String(repeating: " ", count: left)), Span("next ", .faint), Span(remedy, .strong)))
    }
    return lines
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
    if let remedy = first.remedy { page += Line(Span("  "), Span("next ", .faint), Span(remedy, .strong)) }
    for other in broken.dropFirst() {
      let place = other.cluster.map { "\($0), \(other.step)" } ?? other.step
      page += terminal.wrapped(Span("Also failed: \(place)", .bad))
      if let remedy = other.remedy { page += Line(Span("  "), Span("next ", .faint), Span(remedy, .strong)) }
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

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - displayWidth))
  }
}
