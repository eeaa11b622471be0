import GuardAPI
import GuardConnection
import GuardHistory
import GuardTerminal
import Health

/// `history`: incidents and other entries of a span of time, newest first.
enum HistoryAnswer {
  /// The query of the arguments.
  static func query(_ arguments: Arguments, now: Timestamp) throws(CallFailure) -> HistoryQuery {
    let since = try moment("since", arguments, now: now) ?? now - .seconds(86_400)
    let until = try moment("until", arguments, now: now)
    guard since < until ?? now else { throw CallFailure("since is not before until") }
    return HistoryQuery(
      since: since, until: until, limit: HistoryQuery.largestLimit, cluster: arguments.text("cluster"))
  }

  private static func moment(
    _ name: String, _ arguments: Arguments, now: Timestamp
  ) throws(CallFailure) -> Timestamp? {
    guard let text = arguments.text(name) else { return nil }
    if let span = Duration(span: text) { return now - span }
    guard let moment = Timestamp(rfc3339: text) else {
      throw CallFailure("\(name) must be a span such as 2h or 7d, or an RFC 3339 time")
    }
    return moment
  }

  static func answer(_ history: HistoryDocument, _ query: HistoryQuery, limit: Int?, now: Timestamp)
    -> JSONValue
  {
    let episodes = Array(Episode.fold(history.events).reversed())
    return Listing.answer(
      [
        "since": .time(query.since), "until": .time(query.until ?? now),
        // Earlier changes are not known.
        "knownSince": .time(history.knownSince), "incomplete": history.truncated ? true : nil,
      ], "incidents", episodes, limit: limit
    ) { json($0, now: query.until ?? now) }
  }

  private static func json(_ episode: Episode, now: Timestamp) -> JSONValue {
    let first = episode.first
    return .fields([
      "event": .own(first.event), "cluster": first.cluster.isEmpty ? nil : .own(first.cluster),
      "begin": .time(episode.begin), "end": .time(episode.until), "ongoing": .bool(episode.lasts),
      "beganEarlier": episode.beganEarlier ? true : nil, "endUnknown": episode.isCutOff ? true : nil,
      "seconds": episode.isIncident
        ? .integer(max(0, episode.length(atLast: now).components.seconds)) : nil,
      "severity": (first.severity?.rawValue).map(JSONValue.string),
      "attempts": episode.attempts > 0 ? .count(episode.attempts) : nil,
      "untrusted": .untrusted([
        "subject": .foreign(first.subject), "title": .foreign(episode.title),
        "reasons": .foreign(episode.reasons.isEmpty ? [first.reason ?? ""] : episode.reasons, count: 3),
      ]),
    ])
  }
}
