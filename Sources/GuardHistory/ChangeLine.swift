package import GuardAPI
package import GuardTerminal
import GuardTypes
package import Health

/// One state change in one line.
package enum ChangeLine {
  package static func line(_ change: ChangeDocument, now: Timestamp) -> Line {
    Line(
      Span(change.at.clock(at: now), .faint), Span("  "), Span(change.cluster, .strong), Span("  "),
      Span(text(change)))
  }

  /// The message without the cluster's name, which is shown in its own column.
  package static func text(_ change: ChangeDocument) -> String {
    if !change.message.isEmpty {
      let cluster = "\(change.cluster): "
      let isNamed = !change.cluster.isEmpty && change.message.hasPrefix(cluster)
      let text = isNamed ? String(change.message.dropFirst(cluster.count)) : change.message
      return change.kind == .objectChanged ? text.withShortHashes : text
    }
    var text = change.subject
    if let from = change.from, let to = change.to { text += ": \(from) -> \(to)" }
    if let reason = change.reason, !reason.isEmpty { text += " (\(reason))" }
    return text
  }

  /// The current status, the first output of a plain watch.
  package static func line(_ status: StatusDocument, now: Timestamp) -> [Line] {
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
