package import GuardAPI
package import GuardTerminal
import GuardTypes
package import Health

/// `oceanid-ctl pipeline`: what each stage runs, how far it is behind the branch, and the APIs that report it.
package enum PipelinePage {
  package static func page(_ status: StatusDocument, _ terminal: Terminal, isWide: Bool = false) -> Page {
    SectionPage.page(.pipeline, status, terminal, isWide: isWide) { cluster in
      guard let pipeline = cluster.pipeline else { return [Line(Span("No pipeline is configured."))] }
      var page = Page(lines: heading(pipeline, terminal))
      for table in [
        stages(pipeline.stages, terminal.now), markers(pipeline.markers),
        sources(pipeline.sources, terminal.now),
      ] where !table.rows.isEmpty {
        page.gap()
        page += table.lines(width: terminal.width)
      }
      let links = links(pipeline.stages, isWide: isWide)
      if !links.isEmpty {
        page.gap()
        page += links
      }
      return page.lines
    }
  }

  /// The repository, the branch and its newest commit.
  private static func heading(_ pipeline: PipelineDocument, _ terminal: Terminal) -> [Line] {
    let names = [pipeline.repository, pipeline.branch].compactMap(\.self).joined(separator: " ")
    let head = pipeline.head.map { head in
      "\(head.sha.withShortHashes), seen \(head.seenAt.relative(to: terminal.now))"
    }
    let text = [names, head ?? "newest commit unknown"].filter { !$0.isEmpty }.joined(separator: ": ")
    return terminal.wrapped(Span(text))
  }

  /// The stages in the order of the workflow.
  package static func stages(_ stages: [PipelineDocument.Stage], _ now: Timestamp) -> Table {
    var table = Table(
      columns: ["STAGE", "STATE", "COMMIT", "BEHIND", "ELSEWHERE", "AUTOMATION", "SINCE", "MESSAGE"])
    table.endsInProse = true
    // The columns that say how far the stage is come before those that explain the number.
    table.minor = [5, 4, 6]
    for stage in stages {
      let style: Style = stage.verdict == .healthy ? .plain : stage.verdict.style
      table.rows.append(
        Table.Row(
          cells: [
            Span(stage.id), Span(PipelineWords.word(stage.state), style),
            Span(stage.commit?.withShortHashes ?? "<unknown>"), count(stage.behind), count(stage.elsewhere),
            count(stage.automation), Span(stage.since.map { (now - $0).asAge } ?? "-"),
            Span(stage.summary.withShortHashes, style),
          ], showsAll: stage.verdict.isWrong))
    }
    return table
  }

  private static func count(_ number: Int?) -> Span { Span(number.map { "\($0)" } ?? "-") }

  /// The pages of runs and deployments. Their lines are for copying and are not cut.
  ///
  /// - Parameter isWide: true for all of them; otherwise those of the stages that do not have the newest commit.
  private static func links(_ stages: [PipelineDocument.Stage], isWide: Bool) -> [Line] {
    let shown = stages.filter { $0.url != nil && (isWide || $0.state != .current || $0.verdict.isWrong) }
    let width = shown.reduce(0) { max($0, Span($1.id).width) }
    return shown.map { stage in
      let id = Span(stage.id)
      let gap = String(repeating: " ", count: width - id.width + 2)
      return Line(Span("link", .faint), Span("  "), id, Span(gap), Span(stage.url ?? ""))
    }
  }

  /// Image policies and the lines that they write.
  package static func markers(_ markers: [PipelineDocument.Marker]) -> Table {
    var table = Table(columns: ["POLICY", "MARKER", "VALUE", "FILE"])
    table.minor = [2]
    table.elastic = 3
    table.elasticKeepsEnd = true
    for marker in markers {
      let line = marker.line.map { ":\($0)" } ?? ""
      table.rows.append(
        Table.Row(cells: [
          Span(marker.policy), Span(marker.state, marker.isFaulty ? .warning : .plain),
          Span(marker.value ?? "-"), Span(marker.file.map { $0 + line } ?? "<none>"),
        ]))
    }
    return table
  }

  /// The APIs and the checkout that the guard reads, with the reason why one does not answer.
  package static func sources(_ sources: [PipelineDocument.Source], _ now: Timestamp) -> Table {
    var table = Table(columns: ["SOURCE", "STATE", "SEEN", "TOKEN", "MESSAGE"])
    table.endsInProse = true
    table.minor = [2]
    for source in sources {
      let isGood = source.state == "ok"
      let pause = source.pausedUntil.map { "no requests until \($0.clock(at: now))" }
      let isEnding = source.tokenExpires.map { $0 - now < .seconds(14 * 86_400) } ?? false
      table.rows.append(
        Table.Row(
          cells: [
            Span(source.name), Span(source.state, isGood ? .plain : .warning),
            Span(source.seenAt?.relative(to: now) ?? "never"),
            Span(
              source.tokenExpires.map { PipelineWords.expiry($0, now) } ?? "-",
              isEnding ? .warning : .plain),
            Span(
              [source.message, pause].compactMap(\.self).joined(separator: "; "), isGood ? .plain : .warning),
          ], showsAll: true))
    }
    return table
  }
}
