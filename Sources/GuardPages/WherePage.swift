package import GuardAPI
package import GuardTerminal
package import GuardTypes
package import Health

/// `oceanid-ctl where COMMIT`: which stages have the commit, and where it is stuck.
package enum WherePage {
  /// - Parameter documents: one per cluster with a pipeline.
  package static func page(_ documents: [WhereDocument], _ terminal: Terminal) -> Page {
    var page = Page()
    for document in documents {
      page.gap()
      if documents.count > 1 { page += Line(Span(document.cluster, .strong)) }
      page += heading(document, terminal)
      page.gap()
      page += table(document.stages, terminal.now).lines(width: terminal.width)
      for stage in document.stages where stage.state == .stuck {
        page.gap()
        page += explanation(of: stage, terminal)
      }
    }
    return page
  }

  private static func heading(_ document: WhereDocument, _ terminal: Terminal) -> [Line] {
    let age = document.committedAt?.relative(to: terminal.now)
    let origin = [document.author, age].compactMap(\.self).joined(separator: ", ")
    let parts = [
      document.commit.withShortHashes, document.subject ?? "", origin.isEmpty ? "" : "(\(origin))",
    ]
    let lines = terminal.wrapped(Span(parts.filter { !$0.isEmpty }.joined(separator: " "), .strong))
    guard document.onBranch == false else { return lines }
    let note =
      "It is not an ancestor of the branch's newest commit: it is on another branch, or a force push removed it."
    return lines + terminal.wrapped(Span(note, .warning))
  }

  package static func table(_ stages: [WhereDocument.Stage], _ now: Timestamp) -> Table {
    var table = Table(columns: ["STAGE", "STATE", "RUNS", "SINCE", "MESSAGE"])
    table.endsInProse = true
    table.minor = [3]
    for stage in stages {
      let style = stage.verdict == .healthy ? Style.plain : stage.verdict.style
      table.rows.append(
        Table.Row(
          cells: [
            Span(stage.id), Span(word(stage.state), style),
            Span(stage.commit?.withShortHashes ?? "<unknown>"),
            Span(stage.since.map { (now - $0).asAge } ?? "-"), Span(stage.summary.withShortHashes, style),
          ], showsAll: stage.state == .stuck))
    }
    return table
  }

  package static func word(_ state: WhereDocument.Stage.State) -> String {
    switch state {
    case .has: "has it"
    case .unaffected: "unaffected"
    case .underway: "on its way"
    case .stuck: "stuck"
    case .unknown: "unknown"
    }
  }

  /// Why the stage does not get the commit, and the next step.
  private static func explanation(of stage: WhereDocument.Stage, _ terminal: Terminal) -> [Line] {
    var lines = [Line(Span("STUCK", .bad), Span("  "), Span(stage.id, .strong))]
    if let since = stage.since {
      lines += terminal.labeled("since", margin: 7, Span(since.since(terminal.now)))
    }
    lines += terminal.labeled("why", margin: 7, Span(stage.summary.withShortHashes))
    let step = stage.step
    if let command = step.command {
      lines.append(Line(Span("  "), Span("next", .faint), Span("   "), Span(command, .strong)))
    }
    if let note = step.note {
      lines += terminal.labeled(step.command == nil ? "next" : "note", margin: 7, Span(note))
    }
    // A line for copying.
    if let url = stage.url { lines.append(Line(Span("  "), Span("link", .faint), Span("   "), Span(url))) }
    return lines
  }
}

extension WhereDocument.Stage {
  package var verdict: Verdict {
    switch state {
    case .has, .unaffected: .healthy
    case .underway: .degraded
    case .stuck: .critical
    case .unknown: .unknown
    }
  }

  /// The next step if it is stuck.
  package var step: NextStep {
    guard command == nil, note == nil else { return NextStep(command: command, note: note) }
    return NextStep(command: "oceanid-ctl pipeline")
  }
}

extension WhereDocument {
  /// Healthy if every stage that the commit affects has it. A commit on no branch that is deployed is critical: no stage
  /// will get it.
  package var verdict: Verdict {
    let base: Verdict = onBranch == false && !stages.contains { $0.state == .has } ? .critical : .healthy
    guard !stages.isEmpty else { return base.combined(with: .unknown) }
    return stages.reduce(base) { $0.combined(with: $1.verdict) }
  }
}
