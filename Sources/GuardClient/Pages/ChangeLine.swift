import GuardAPI
import Health

/// One state change in one line.
enum ChangeLine {
  static func line(_ change: ChangeDocument, now: Timestamp) -> Line {
    var text = change.message
    if text.isEmpty {
      text = change.subject
      if let from = change.from, let to = change.to { text += ": \(from) -> \(to)" }
      if let reason = change.reason, !reason.isEmpty { text += " (\(reason))" }
    }
    return Line(
      Span(change.at.clock(at: now), .faint), Span("  "), Span(change.cluster, .strong), Span("  "),
      Span(text))
  }

  /// How things stand when a plain watch begins.
  static func line(_ status: StatusDocument, now: Timestamp) -> [Line] {
    guard !status.clusters.isEmpty else {
      return [Line(Span(status.generatedAt.clock(at: now)), Span("  "), Span(status.summary))]
    }
    return status.clusters.map { cluster in
      Line(
        Span(status.generatedAt.clock(at: now), .faint), Span("  "), Span(cluster.name, .strong), Span("  "),
        Span("\(cluster.verdict.rawValue): \(cluster.summary)", cluster.verdict.style))
    }
  }
}
