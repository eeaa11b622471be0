package import GuardAPI
import GuardTerminal
package import Health

/// A line of a history: an incident from its first entry to its end, or a single change.
package struct Episode: Hashable {
  /// The first entry.
  package let first: ChangeDocument
  /// The incident began before the history, at an unknown time.
  package var beganEarlier = false
  /// The end; nil for an ongoing incident and for a change without duration.
  package var until: Timestamp?
  /// True if it has a duration.
  package let isIncident: Bool
  /// The end is unknown, because the guard stopped before it and the next run had lost its incidents.
  package var isCutOff = false
  /// The start according to its entries; nil for entries of former versions.
  private var since: Timestamp?
  package var attempts = 0
  /// The reported causes in order, each once.
  package var reasons: [String] = []
  /// The start of the incident, which may be long before its first entry.
  package var begin: Timestamp { since ?? first.at }
  /// `tunnel down`, or the text of the change.
  package var title: String {
    let text = ChangeLine.text(first)
    // The history contains only the end, which includes the start.
    if since != nil, let prefix = ["ended: ", "over: "].first(where: text.hasPrefix) {
      return String(text.dropFirst(prefix.count))
    }
    guard isIncident, first.isTunnel else { return text }
    return first.kind == .tunnelBlocked ? "tunnel blocked" : "tunnel down"
  }
  /// The parts that have not ended yet.
  private var open: Set<String> = []

  /// Events without their own line: they follow from other entries, or are irrelevant afterwards. Only `diff` shows
  /// changes of objects, because each commit causes some.
  private static let hiddenEvents: Set<Event?> = [
    .tunnelRetry, .verdictChanged, .forwardListening, .incidentOpened, .incidentWorsened, .incidentFlapping,
    .incidentReminder, .incidentEnded, .objectChanged,
  ]
  private static let opening: Set<Event?> = [
    .tunnelDown, .tunnelBlocked, .tunnelRetry, .problemOpened, .apiFailed,
  ]
  private static let closing: Set<Event?> = [.tunnelUp, .problemClosed, .apiRecovered]

  /// - Parameter changes: oldest first.
  package static func fold(_ changes: [ChangeDocument]) -> [Episode] {
    var episodes: [Episode] = []
    var places: [String: Int] = [:]
    for change in changes {
      if change.kind == .started, change.incidentsKept != true {
        for place in places.values where episodes[place].until == nil {
          episodes[place].until = change.at
          episodes[place].isCutOff = true
        }
        places = [:]
      }
      if let incident = change.incident, let place = places[incident] {
        episodes[place].add(change)
      } else if let incident = change.incident,
        opening.contains(change.kind) || closing.contains(change.kind)
      {
        var episode = Episode(first: change, isIncident: true)
        episode.beganEarlier = continues(change)
        episode.add(change)
        places[incident] = episodes.count
        episodes.append(episode)
      } else if !hiddenEvents.contains(change.kind) {
        episodes.append(Episode(first: change, isIncident: false))
      }
    }
    return episodes
  }

  /// True if an earlier entry must have begun the incident. A first attempt begins one, because a starting
  /// guard has no tunnel that could go down.
  static func continues(_ change: ChangeDocument) -> Bool {
    closing.contains(change.kind)
      || (change.kind == .tunnelRetry && change.attempts.map { $0 > 1 } ?? false)
  }

  private init(first: ChangeDocument, isIncident: Bool) {
    self.first = first
    self.isIncident = isIncident
  }

  private mutating func add(_ change: ChangeDocument) {
    attempts = max(attempts, change.attempts ?? 0)
    if let begin = change.since {
      since = min(since ?? begin, begin)
      beganEarlier = false
    }
    let isTunnel = change.isTunnel
    if isTunnel, let reason = change.reason, !reason.isEmpty, !reasons.contains(reason) {
      reasons.append(reason)
    }
    if Episode.opening.contains(change.kind) {
      open.insert(isTunnel ? "" : change.subject)
      until = nil
    } else if Episode.closing.contains(change.kind) {
      open.remove(isTunnel ? "" : change.subject)
      // The tunnel is up; the end of its problem follows a moment later.
      if isTunnel || (open.isEmpty && until == nil) { until = change.at }
    }
    if change.kind == .incidentEnded { open = [] }
    if let end = change.endedAt, open.subtracting([""]).isEmpty { until = end }
  }

  /// An incident that has not ended.
  package var lasts: Bool { isIncident && until == nil }

  /// - Parameter end: used as the end of an ongoing incident.
  package func length(atLast end: Timestamp) -> Duration { begin.length(until: until ?? end) }
}
