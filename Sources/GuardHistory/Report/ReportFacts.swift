package import GuardAPI
import GuardTerminal
package import Health

/// The data of a report, computed from a history. Pure, so that tests can compare each figure with the events.
package struct ReportFacts {
  package struct Strip: Hashable {
    enum Kind: Int, Hashable {
      case tunnel, node, source
    }

    let kind: Kind
    package let cluster: String
    /// For example `node calypso`; `tunnel` for the tunnel.
    package let subject: String
    package let availability: Availability
  }

  package let from: Timestamp
  package let to: Timestamp
  /// The times at which the guard was running.
  package let known: Availability
  /// Tunnels first, then nodes, then sources, by name.
  package let strips: [Strip]
  /// Newest first.
  package let incidents: [Episode]
  /// Oldest first.
  package let events: [ChangeDocument]
  /// Events by name, the most frequent first.
  package let counts: [(event: String, count: Int)]
  /// The number of times that a tunnel came up after it was down.
  package let reconnects: Int
  /// Sentences about missing data.
  package let notes: [String]

  private static let sources = Set(
    CustomKind.sources.union([CustomKind.imageRepository.name]).map { $0.lowercased() })

  /// - Parameters:
  ///   - before: the last event before `from`; nil if that time is unknown.
  ///   - signs: other times at which the guard was running, oldest first: its round-trip measurements.
  ///   - status: the current status, which lists subjects that never failed; nil if the guard was unavailable.
  package init(
    _ history: HistoryDocument, before: ChangeDocument?, signs: [Timestamp] = [], status: StatusDocument?,
    from: Timestamp,
    to: Timestamp
  ) {
    self.from = from
    self.to = to
    let events = history.events.filter { $0.at >= from && $0.at < to }
    self.events = events
    let known = ReportFacts.known(events, before: before, signs, history, from: from, to: to)
    self.known = known
    var strips: [Strip] = []
    let clusters = Set(events.map(\.cluster) + (status?.clusters.map(\.name) ?? [])).subtracting([""])
    for cluster in clusters {
      let own = events.filter { $0.cluster == cluster }
      let tunnel = ReportFacts.tunnel(own, starts: events, from: from, to: to).masked(by: known)
      strips.append(Strip(kind: .tunnel, cluster: cluster, subject: "tunnel", availability: tunnel))
      let api = ReportFacts.span(own, begins: [.apiFailed], ends: [.apiRecovered], from: from, to: to)
      let view = known.masked(by: tunnel).masked(by: api)
      let document = status?.clusters.first { $0.name == cluster }
      for (subject, kind) in ReportFacts.subjects(own, document) {
        let events = own.filter { $0.subject == subject }
        let raw = ReportFacts.span(
          events, begins: [.problemOpened], ends: [.problemClosed], from: from, to: to)
        strips.append(
          Strip(kind: kind, cluster: cluster, subject: subject, availability: raw.masked(by: view)))
      }
    }
    self.strips = strips.sorted {
      ($0.cluster, $0.kind.rawValue, $0.subject) < ($1.cluster, $1.kind.rawValue, $1.subject)
    }
    incidents = Episode.fold(events).filter(\.isIncident).sorted { $0.begin > $1.begin }
    counts = Dictionary(grouping: events, by: \.event).map { ($0.key, $0.value.count) }
      .sorted { ($1.count, $0.event) < ($0.count, $1.event) }
    reconnects = events.count { $0.kind == .tunnelUp && $0.incident != nil }
    notes = ReportFacts.notes(history, status)
  }

  private static func notes(_ history: HistoryDocument, _ status: StatusDocument?) -> [String] {
    var notes: [String] = []
    switch history.source {
    case .journal: notes.append("Source: the journal of this machine.")
    case .memory:
      let since = history.knownSince.map { " since \($0.day) \($0.time)" } ?? ""
      notes.append("Source: the guard's memory\(since); earlier events are unknown.")
    case .unknown: break
    }
    if history.truncated {
      notes.append("The number of events is limited; the oldest are not included.")
    }
    if status == nil {
      notes.append(
        "The guard is not responding: subjects that never failed and round-trip times are missing.")
    }
    for cluster in status?.clusters ?? [] {
      let omitted = (cluster.omitted?.nodes?.count ?? 0) + (cluster.omitted?.flux?.count ?? 0)
      guard omitted > 0 else { continue }
      notes.append(
        "\(cluster.name) has \(omitted) more nodes and Flux objects than the guard lists. Those that never failed "
          + "are missing.")
    }
    return notes
  }

  // MARK: - Time ranges

  /// The times at which the guard was running. Unknown while it was not running, and before the first event.
  static func known(
    _ events: [ChangeDocument], before: ChangeDocument?, _ signs: [Timestamp], _ history: HistoryDocument,
    from: Timestamp,
    to: Timestamp
  ) -> Availability {
    var known = Availability()
    var isKnown = before.map { $0.kind != .stopped } ?? false
    var since = from
    // The time before the oldest available event is unknown, too.
    if let begin = history.truncated ? events.first?.at : history.knownSince, begin > from {
      known.append(.unknown, from: from, to: min(begin, to))
      (isKnown, since) = (events.last { $0.at <= begin }?.kind != .stopped, min(begin, to))
    }
    var heard = since
    for event in events where event.at > since {
      defer { heard = event.at }
      switch event.kind {
      case .started where isKnown:
        // The guard ended without an event, because it or the machine was killed. Its last sign of activity is the
        // end.
        let last = max(since, heard, signs.last { $0 < event.at } ?? since)
        known.append(.up, from: since, to: last)
        known.append(.unknown, from: last, to: event.at)
        since = event.at
      case .stopped:
        known.append(isKnown ? .up : .unknown, from: since, to: event.at)
        (isKnown, since) = (false, event.at)
      case _ where !isKnown:
        known.append(.unknown, from: since, to: event.at)
        (isKnown, since) = (true, event.at)
      default: break
      }
    }
    known.append(isKnown ? .up : .unknown, from: since, to: to)
    return known
  }

  /// The states of a subject, which is down between an event that begins a problem and one that ends it.
  private static func span(
    _ events: [ChangeDocument], begins: Set<Event?>, ends: Set<Event?>, from: Timestamp, to: Timestamp
  ) -> Availability {
    var result = Availability()
    var since = from
    // If the first event ends or continues a problem, the problem started before.
    var isTrouble =
      events.first { begins.contains($0.kind) || ends.contains($0.kind) }.map(Episode.continues) ?? false
    var begun: Set<String> = []
    for event in events {
      let next = begins.contains(event.kind) ? true : ends.contains(event.kind) ? false : isTrouble
      // A problem that returns within its incident began with this entry.
      let isFirst = event.incident.map { begun.insert($0).inserted } ?? false
      guard next != isTrouble else { continue }
      let moment = next ? (isFirst ? event.since : nil) : event.endedAt
      let boundary = max(since, min(moment ?? event.at, event.at))
      result.append(isTrouble ? .down : .up, from: since, to: boundary)
      (isTrouble, since) = (next, boundary)
    }
    result.append(isTrouble ? .down : .up, from: since, to: to)
    return result
  }

  /// The states of a tunnel. After a start, there is no tunnel until its first event.
  private static func tunnel(
    _ own: [ChangeDocument], starts events: [ChangeDocument], from: Timestamp, to: Timestamp
  ) -> Availability {
    let down = span(
      own, begins: [.tunnelDown, .tunnelBlocked, .tunnelRetry], ends: [.tunnelUp], from: from, to: to)
    var starting = Availability()
    var since = from
    var isStarting = false
    for event in events {
      let next =
        event.kind == .started
        ? true : event.cluster == own.first?.cluster && event.isTunnel ? false : isStarting
      guard next != isStarting else { continue }
      starting.append(isStarting ? .unknown : .up, from: since, to: event.at)
      (isStarting, since) = (next, event.at)
    }
    starting.append(isStarting ? .unknown : .up, from: since, to: to)
    return down.masked(by: starting)
  }

  private static func subjects(
    _ events: [ChangeDocument], _ document: ClusterDocument?
  ) -> [(subject: String, kind: Strip.Kind)] {
    var subjects: [String: Strip.Kind] = [:]
    for event in events where event.kind == .problemOpened || event.kind == .problemClosed {
      if event.subject.hasPrefix("node ") { subjects[event.subject] = .node }
      let kind = String(event.subject.prefix { $0 != " " })
      if sources.contains(kind) { subjects[event.subject] = .source }
    }
    for node in document?.nodes ?? [] { subjects["node \(node.name)"] = .node }
    for object in document?.flux.objects ?? [] where sources.contains(object.kind.lowercased()) {
      subjects["\(object.kind.lowercased()) \(object.namespace)/\(object.name)"] = .source
    }
    return subjects.map { ($0.key, $0.value) }
  }
}
