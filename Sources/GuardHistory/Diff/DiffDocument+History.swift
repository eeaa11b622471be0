package import GuardAPI
import GuardTerminal
package import Health

extension DiffDocument {
  /// The difference between the beginning and the end of a history.
  ///
  /// - Parameters:
  ///   - before: the last event before `since`; nil if that time is unknown.
  ///   - lastStart: the last start of the guard before `since`; nil if it is unknown.
  ///   - cluster: nil for all clusters.
  ///   - isRunning: true if the guard answers now, so that the time since its last event is known.
  package init(
    _ history: HistoryDocument, before: ChangeDocument?, lastStart: ChangeDocument?, cluster: String?,
    isRunning: Bool, since: Timestamp,
    until: Timestamp
  ) {
    let events = history.events.filter { $0.at >= since && $0.at < until }
    let own = events.filter { cluster == nil || $0.cluster == cluster }
    let chains = ChangeChain.fold(own)
    let episodes = Episode.fold(events).filter {
      $0.isIncident && (cluster == nil || $0.first.cluster == cluster)
    }
    let outages = episodes.filter(\.first.isTunnel)
    // Without an answer, the guard is not known to have run after its last event.
    let end = isRunning ? until : max(since, min(until, events.last?.at ?? since))
    var known = ReportFacts.known(events, before: before, [], history, from: since, to: end)
    known.append(.unknown, from: end, to: until)
    known = known.masked(
      by: DiffDocument.recorded(lastStart, events.filter { $0.kind == .started }, since, until))
    let unknown = known.spans.filter { $0.state == .unknown }.map { Span(from: $0.from, to: $0.to) }
    self.init(
      since: since, until: until, source: history.source,
      knownSince: unknown.first.flatMap { $0.from == since && $0.to < until ? $0.to : nil },
      truncated: history.truncated, unknown: unknown,
      changes: ChangeChain.grouped(chains.filter { $0.from != $0.to }),
      reverted: ChangeChain.grouped(chains.filter { $0.from == $0.to }),
      problems: episodes.filter { !$0.first.isTunnel }.map { Problem($0, until: until) },
      tunnels: Dictionary(grouping: outages, by: \.first.cluster).sorted { $0.key < $1.key }.compactMap {
        Tunnel(cluster: $0.key, $0.value, until: until)
      })
  }

  /// The times in which the version of the guard wrote changes. Without a start, the version is not known, and the
  /// changes of the history show it.
  private static func recorded(
    _ lastStart: ChangeDocument?, _ starts: [ChangeDocument], _ since: Timestamp, _ until: Timestamp
  ) -> Availability {
    var recorded = Availability()
    var begin = since
    var isRecorded = lastStart.map { $0.changesRecorded == true } ?? true
    for start in starts {
      recorded.append(isRecorded ? .up : .unknown, from: begin, to: start.at)
      (begin, isRecorded) = (max(begin, start.at), start.changesRecorded == true)
    }
    recorded.append(isRecorded ? .up : .unknown, from: begin, to: until)
    return recorded
  }
}

extension DiffDocument.Problem {
  fileprivate init(_ episode: Episode, until: Timestamp) {
    let begin = episode.beganEarlier ? nil : episode.begin
    self.init(
      cluster: episode.first.cluster, subject: episode.first.subject,
      title: episode.title.dropPrefix(episode.beganEarlier ? "ended: " : ""), since: begin,
      endedAt: episode.until,
      seconds: begin.map { _ in episode.length(atLast: until).components.seconds },
      incident: episode.first.incident)
  }
}

extension DiffDocument.Tunnel {
  /// nil without an outage.
  fileprivate init?(cluster: String, _ outages: [Episode], until: Timestamp) {
    guard let last = outages.max(by: { $0.begin < $1.begin }) else { return nil }
    self.init(
      cluster: cluster, outages: outages.count,
      seconds: outages.reduce(0) { $0 + $1.length(atLast: until).components.seconds }, lastAt: last.begin,
      ongoing: last.lasts)
  }
}

extension String {
  fileprivate func dropPrefix(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}
