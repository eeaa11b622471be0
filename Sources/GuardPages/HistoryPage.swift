package import GuardAPI
package import GuardHistory
package import GuardTerminal
package import Health

/// `oceanid-ctl history`: past events, oldest first, each incident with its length.
package enum HistoryPage {
  /// - Parameters:
  ///   - end: the end of the history, if that is before now.
  ///   - unknown: the times in which the guard was not running.
  package static func page(
    _ history: HistoryDocument, _ terminal: Terminal, range: String, until end: Timestamp? = nil,
    unknown: [Availability.Span] = []
  ) -> Page {
    var page = Page()
    let episodes = Episode.fold(history.events)
    let namesCluster = Set(history.events.map(\.cluster).filter { !$0.isEmpty }).count > 1
    let entries =
      episodes.map { (begin: $0.begin, text: text($0, end, terminal.now, namesCluster)) }
      + unknown.map { (begin: $0.from, text: text($0)) }
    var day = ""
    for entry in entries.sorted(by: { $0.begin < $1.begin }) {
      let begin = entry.begin.day
      if begin != day {
        page.gap()
        page += Line(Span(begin, .strong))
        day = begin
      }
      page += terminal.labeled(entry.begin.time, margin: 11, entry.text, whole: "--json")
    }
    page.gap()
    var last = footer(history, episodes, range, end, terminal.now, isKnown: unknown.isEmpty)
    if !unknown.isEmpty {
      let sum = unknown.reduce(Duration.zero) { $0 + $1.from.length(until: $1.to) }
      last += "; the guard was not running for \(sum.exact), of which nothing is known"
    }
    page += terminal.wrapped(Span(last, .faint))
    return page
  }

  /// The line of a time in which the guard was not running.
  private static func text(_ unknown: Availability.Span) -> Span {
    let until = unknown.to.day == unknown.from.day ? unknown.to.time : "\(unknown.to.day) \(unknown.to.time)"
    let length = unknown.from.length(until: unknown.to).exact
    return Span("nothing is known until \(until), \(length): the guard was not running", .warning)
  }

  private static func text(
    _ episode: Episode, _ end: Timestamp?, _ now: Timestamp, _ namesCluster: Bool
  ) -> Span {
    let change = episode.first
    let cluster = namesCluster && !change.cluster.isEmpty ? "\(change.cluster): " : ""
    guard episode.isIncident else { return Span(cluster + plain(episode.title)) }
    var parts: [String] = []
    if change.isTunnel {
      parts.append(episode.title + outcome(episode, end))
      parts.append(length(episode, end ?? now))
      parts += episode.reasons
      if episode.attempts > 0 { parts.append(episode.attempts.of("attempt")) }
    } else {
      // The message is a complete sentence, so the time must not look like its end.
      let last = episode.isEndAlone ? "" : ","
      parts.append(plain(episode.title) + (episode.lasts ? "" : last) + outcome(episode, end))
      parts.append(length(episode, end ?? now))
    }
    if episode.isCutOff { parts.append("the guard restarted") }
    let style: Style = episode.lasts ? .bad : .plain
    return Span(cluster + parts.joined(separator: ", "), style)
  }

  private static func outcome(_ episode: Episode, _ end: Timestamp?) -> String {
    func clock(_ moment: Timestamp) -> String {
      moment.day == episode.begin.day ? moment.time : "\(moment.day) \(moment.time)"
    }
    guard let until = episode.until else { return ", ongoing\(end.map { " at \(clock($0))" } ?? "")" }
    return episode.isEndAlone ? " until then" : " until \(clock(until))"
  }

  private static func length(_ episode: Episode, _ end: Timestamp) -> String {
    if episode.beganEarlier { return "since before this history" }
    return episode.length(atLast: end).exact + (episode.lasts ? " so far" : "")
  }

  /// Removes the final full stop, because more text follows.
  private static func plain(_ text: String) -> String {
    text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  private static func footer(
    _ history: HistoryDocument, _ episodes: [Episode], _ range: String, _ end: Timestamp?, _ now: Timestamp,
    isKnown: Bool
  ) -> String {
    let incidents = episodes.filter(\.isIncident)
    let lasting = incidents.count(where: \.lasts)
    var text = incidents.isEmpty ? "no incident\(isKnown ? "" : " known")" : incidents.count.of("incident")
    if lasting > 0 { text += ", \(lasting) ongoing\(end.map { " at \($0.clock(at: now))" } ?? "")" }
    text += ", \(range)"
    switch history.source {
    case .journal: text += "; from the journal"
    case .memory: text += "; from the guard's memory"
    case .unknown: break
    }
    if history.source != .unknown, let since = history.knownSince {
      text += ", which begins at \(since.day) \(since.time)"
    }
    let changes = history.objectChanges
    if changes > 0 {
      text += "; \(changes.of("entry", plural: "entries")) about changed objects: oceanid-ctl diff"
    }
    if history.truncated { text += "; there are more entries: see --limit" }
    return text
  }
}

extension Episode {
  /// True if only its end is in the history.
  fileprivate var isEndAlone: Bool { beganEarlier && until == first.at }
}
