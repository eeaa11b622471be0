import FoundationEssentials
import GuardAPI
import GuardConnection
import GuardExplain
import GuardPages
import GuardTerminal
import GuardTypes
import GuardWeb
import Health

/// The documents of `oceanid-ctl web`, in the words of the terminal's pages.
struct WebContent: PageContent {
  let client: DaemonClient
  /// nil for all clusters.
  let cluster: String?
  /// The server's threads do not inherit the zone of the command.
  let zone: DisplayTimeZone

  func status(_ status: StatusDocument) throws -> Data {
    try DisplayTimeZone.$current.withValue(zone) {
      try DocumentCoding.encode(WebContent.page(try status.chosen(cluster)))
    }
  }

  func incidents() throws -> Data {
    try DisplayTimeZone.$current.withValue(zone) {
      let document = try client.incidents(of: cluster)
      let namesCluster = cluster == nil
      let tables = [
        TableDocument("Open incidents", IncidentsPage.open(document, namesCluster, .now)),
        TableDocument("Silences", SilencesPage.table(document.silences, .now)),
      ]
      return try DocumentCoding.encode(TablesDocument(tables))
    }
  }

  func report(_ span: ReportSpan) throws -> Data {
    try DisplayTimeZone.$current.withValue(zone) {
      let now = Timestamp.now
      let source = ReportSource(client: client, cluster: cluster)
      return try DocumentCoding.encode(source.report(from: now - span.duration, to: now, now: now))
    }
  }

  static func page(_ status: StatusDocument) -> PageDocument {
    let now = status.generatedAt
    let topics = status.problems.map { Topic.of(code: $0.code, id: $0.id) }
    let namesCluster = status.clusters.count > 1
    return PageDocument(
      at: now, clock: now.time, verdict: status.verdict, summary: Span(status.summary).text,
      clusters: status.clusters.map { page($0, status.problems, now) },
      problems: zip(status.problems, topics).map { page($0, $1, now, namesCluster: namesCluster) },
      omittedProblems: status.omittedProblems ?? 0,
      topics: Dictionary(topics.joined().map { ($0.word, page($0)) }) { first, _ in first })
  }

  private static func page(
    _ cluster: ClusterDocument, _ problems: [ProblemDocument], _ now: Timestamp
  ) -> PageDocument.Cluster {
    let images = ImagesPage.tables(cluster.images, now)
    let titles = ["Image policies", "Image repositories", "Image automations"]
    let omitted = cluster.omitted
    let hidden = [omitted?.policies, omitted?.repositories, omitted?.automations]
    return PageDocument.Cluster(
      name: Span(cluster.name).text, verdict: cluster.verdict, summary: Span(cluster.summary).text,
      rows: ClusterFacts.rows(cluster, among: problems, now).map {
        PageDocument.Row($0.label, $0.verdict, $0.texts.map(\.text))
      },
      tables: [
        TableDocument("Nodes", NodesPage.table(cluster, isWide: true), omitted: omitted?.nodes),
        TableDocument("Flux objects", FluxPage.table(cluster.flux), omitted: omitted?.flux),
        TableDocument("Flux controllers", FluxPage.controllers(cluster.flux, now)),
      ] + zip(zip(titles, images), hidden).map { TableDocument($0.0, $0.1, omitted: $1) } + [
        TableDocument("Forwards", TunnelTables.forwards(cluster.tunnel.forwards))
      ] + pipeline(cluster.pipeline, now))
  }

  private static func pipeline(_ pipeline: PipelineDocument?, _ now: Timestamp) -> [TableDocument] {
    guard let pipeline else { return [] }
    return [
      TableDocument("Pipeline stages", PipelinePage.stages(pipeline.stages, now)),
      TableDocument("Image markers", PipelinePage.markers(pipeline.markers)),
      TableDocument("Pipeline sources", PipelinePage.sources(pipeline.sources, now)),
    ]
  }

  private static func page(
    _ problem: ProblemDocument, _ topics: [Topic], _ now: Timestamp, namesCluster: Bool
  ) -> PageDocument.Problem {
    let facts: [(String, String)] = [
      ("Cluster", problem.cluster), ("Subject", problem.subject), ("Severity", problem.severity.rawValue),
      ("Code", problem.code), ("Kind", problem.kind), ("Id", problem.id),
      ("Hides", problem.hides.joined(separator: ", ")),
    ]
    let muted = problem.silence.map { silence in
      let until = silence.expiresAt.map { "until \($0.clock(at: now)) " } ?? ""
      return Span("\(until)by \(silence.author): \(silence.reason)").text
    }
    return PageDocument.Problem(
      id: Span(problem.id).text, severity: problem.severity.rawValue, cluster: Span(problem.cluster).text,
      subject: Span(problem.subject).text,
      headline: Span(ProblemLines.headline(problem, namesCluster: namesCluster)).text,
      detail: Span(problem.detail).text, sinceAt: problem.since?.milliseconds,
      since: problem.since?.clock(at: now), command: problem.step.command.map { Span($0).text },
      note: problem.step.note.map { Span($0).text }, muted: muted,
      facts: facts.filter { !$0.1.isEmpty }.map { [$0.0, Span($0.1).text] }, topics: topics.map(\.word))
  }

  private static func page(_ topic: Topic) -> PageDocument.Topic {
    PageDocument.Topic(meaning: topic.meaning, command: topic.step.command, note: topic.step.note)
  }
}
