import GuardAPI
import Health

/// `oceanid-ctl history`: what happened, oldest first, each incident with how long it took.
enum HistoryPage {
  static func page(_ history: HistoryDocument, _ terminal: Terminal, range: String) -> Page {
    var page = Page()
    let episodes = Episode.fold(history.events)
    let namesCluster = Set(history.events.map(\.cluster).filter { !$0.isEmpty }).count > 1
    var day = ""
    for episode in episodes {
      let begin = episode.first.at.day
      if begin != day {
        page.gap()
        page += Line(Span(begin, .strong))
        day = begin
      }
      page += terminal.labelled(episode.first.at.time, margin: 11, text(episode, terminal.now, namesCluster))
    }
    page.gap()
    page += terminal.wrapped(Span(footer(history, episodes, range), .faint))
    return page
  }

  private static func text(_ episode: Episode, _ now: Timestamp, _ namesCluster: Bool) -> Span {
    let change = episode.first
    let cluster = namesCluster && !change.cluster.isEmpty ? "\(change.cluster): " : ""
    guard episode.isIncident else { return Span(cluster + plain(change)) }
    var parts: [String] = []
    if change.event.hasPrefix("tunnel_") {
      parts.append(episode.title + end(episode))
      parts.append(length(episode, now))
      parts += episode.reasons
      if episode.attempts > 0 { parts.append(episode.attempts.of("attempt")) }
    } else {
      // The message is a sentence of its own: the time must not read as its end.
      let last = episode.beganEarlier ? "" : ","
      parts.append(
        plain(change) + (episode.lasts ? "" : last) + end(episode).replacing(" to ", with: " until "))
      parts.append(length(episode, now))
    }
    if episode.isCutOff { parts.append("the guard was started anew") }
    let style: Style = episode.lasts ? .bad : .plain
    return Span(cluster + parts.joined(separator: ", "), style)
  }

  private static func end(_ episode: Episode) -> String {
    guard let until = episode.until else { return ", not over" }
    let clock = until.day == episode.first.at.day ? until.time : "\(until.day) \(until.time)"
    return episode.beganEarlier ? " until then" : " to \(clock)"
  }

  private static func length(_ episode: Episode, _ now: Timestamp) -> String {
    if episode.beganEarlier { return "since before this history" }
    guard let until = episode.until else { return "\((now - episode.first.at).exact) so far" }
    let length = until - episode.first.at
    // The difference of the times as they are shown, so that nobody finds a second missing.
    return length < .seconds(1)
      ? length.exact
      : Duration.seconds(until.milliseconds / 1000 - episode.first.at.milliseconds / 1000).exact
  }

  /// Without a full stop: more follows.
  private static func plain(_ change: ChangeDocument) -> String {
    let text = ChangeLine.text(change)
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  private static func footer(_ history: HistoryDocument, _ episodes: [Episode], _ range: String) -> String {
    let incidents = episodes.filter(\.isIncident)
    let lasting = incidents.count(where: \.lasts)
    var text = incidents.isEmpty ? "no incident" : incidents.count.of("incident")
    if lasting > 0 { text += ", \(lasting) not over" }
    text += " \(range)"
    switch history.source {
    case .journal: text += "; from the journal"
    case .memory:
      text += "; from the guard's memory"
      if let since = history.knownSince { text += ", which begins at \(since.day) \(since.time)" }
    case .unknown: break
    }
    if history.truncated { text += "; there is more: see --limit" }
    return text
  }
}
