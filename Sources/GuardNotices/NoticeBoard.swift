import GuardAPI
import GuardConnection
package import Health
import IncidentTracking

/// Decides which notices should be displayed and tracks which ones are.
///
/// Pure: events are passed in with their time; `next` returns actions, and `done` confirms them. Pending
/// notices stay pending while the notification server is unavailable.
package struct NoticeBoard {
  /// Selects the incidents to show.
  package struct Filter: Hashable, Sendable {
    var cluster: String?
    var least: Problem.Severity

    /// - Parameter cluster: nil for all clusters.
    package init(cluster: String? = nil, least: Problem.Severity = .warning) {
      self.cluster = cluster
      self.least = least
    }

    func includes(cluster: String, severity: Problem.Severity) -> Bool {
      (self.cluster == nil || self.cluster == cluster) && (least == .warning || severity == .critical)
    }
  }

  enum Action: Hashable {
    case close(UInt32)
    /// `replacing`: the id of the notification to replace.
    case show(Notice, replacing: UInt32?, Place)
  }

  /// The purpose of a notification.
  enum Place: Hashable, Codable {
    case incident(String)
    /// One notification for incidents beyond the limit.
    case several
    case guardAway
    /// The notification will not be updated again.
    case over
  }

  fileprivate struct Bubble: Hashable, Codable {
    /// Ids of incidents, the oldest first.
    var incidents: [String] = []
    /// The text of a notification without incidents.
    var words: Notice?
    var number: UInt32?
    /// The last displayed notice.
    var shown: Notice?
    /// The time when it was removed from the screen.
    var leftAt: ContinuousClock.Instant?
    /// True if a change requires attention.
    var needsAttention = true
    /// Headlines of its incidents that have ended.
    var over: [String] = []
  }

  /// Maximum number of separate notifications at once; more are combined.
  private static let maxNewBubbles = 3
  private static let maxBubbles = 5
  /// The end of an incident is not shown if its notification was removed earlier than this.
  private static let longGone: Duration = .seconds(3600)
  /// The maximum number of ended incidents that are remembered while the server is unavailable.
  private static let maxEndedHeadlines = 100

  let filter: Filter
  private var incidents: [String: OpenIncident] = [:]
  /// The notification of each incident.
  private var places: [String: Place] = [:]
  private var bubbles: [Place: Bubble] = [:]
  /// Incidents that are not displayed yet, the oldest first.
  private var fresh: [String] = []
  private var closing: [UInt32] = []
  private var over: [String] = []
  /// Incidents whose notification a silence removed, with the time. Their end is shown as for one that the user
  /// closed.
  private var muted: [String: ContinuousClock.Instant] = [:]

  init(filter: Filter = Filter()) { self.filter = filter }

  // MARK: - Input from the guard

  mutating func apply(_ change: ChangeDocument, at now: ContinuousClock.Instant) {
    guard let incident = OpenIncident(change),
      filter.includes(cluster: incident.cluster, severity: incident.severity) || isKnown(incident.id)
    else { return }
    switch change.kind {
    case .incidentOpened:
      // The document that is read after every connection may already contain it.
      if incidents[incident.id] == nil { open(incident) }
    case .incidentWorsened, .incidentFlapping, .incidentReminder:
      open(incident)
    case .incidentEnded:
      end(incident.id, change.message, at: now)
    default: break
    }
  }

  /// Updates all incidents from a document, after a time without changes.
  mutating func apply(_ document: IncidentsDocument, at now: ContinuousClock.Instant) {
    let open = Dictionary(document.open.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let past = Dictionary(document.past.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    // Incidents that the guard no longer knows: without a state directory, its ids change with a restart.
    let forgotten = Dictionary(
      incidents.values.filter { open[$0.id] == nil && past[$0.id] == nil }
        .map { (Subject($0.cluster, $0.subject), $0.id) }, uniquingKeysWith: { first, _ in first })
    for incident in document.open where incident.silence == nil && filter.includes(incident) {
      if incidents[incident.id] != nil {
        // Update the texts only; change lines decide whether the change requires attention.
        refresh(OpenIncident(incident))
      } else if let former = forgotten[Subject(incident.cluster, incident.subject)] {
        rename(former, to: OpenIncident(incident))
      } else if incident.isNotified {
        self.open(OpenIncident(incident))
      }
    }
    for id in muted.keys.sorted() where open[id] == nil {
      if let incident = past[id] { end(id, OpenIncident(incident, "ended: ").headline, at: now) }
      muted[id] = nil
    }
    for id in incidents.keys.sorted() {
      if let incident = open[id] {
        if incident.silence != nil { mute(id, at: now) }
      } else if let incident = past[id] {
        end(id, OpenIncident(incident, "ended: ").headline, at: now)
      } else {
        withdraw(id)
      }
    }
  }

  private func isKnown(_ id: String) -> Bool { incidents[id] != nil || muted[id] != nil }

  mutating func guardIsAway(_ error: ClientError) {
    guard bubbles[.guardAway] == nil else { return }
    bubbles[.guardAway] = Bubble(words: Notice(guardAway: error))
  }

  mutating func guardIsBack() { remove(.guardAway) }

  // MARK: - Input from the notification server

  /// A notification was closed.
  mutating func closed(_ number: UInt32, at now: ContinuousClock.Instant) {
    for (place, bubble) in bubbles where bubble.number == number {
      bubbles[place]?.number = nil
      bubbles[place]?.leftAt = now
    }
  }

  /// A notification whose call timed out appeared nevertheless. It is or will be shown again, so close this one.
  mutating func stray(_ number: UInt32) {
    if !bubbles.values.contains(where: { $0.number == number }) { closing.append(number) }
  }

  /// The server exited or was replaced: no notification is displayed, and all have to be shown again.
  mutating func clear() {
    for (place, bubble) in bubbles where bubble.number != nil {
      bubbles[place]?.number = nil
      bubbles[place]?.needsAttention = true
    }
    closing = []
  }

  // MARK: - Output

  var hasWork: Bool {
    !fresh.isEmpty || !closing.isEmpty || !over.isEmpty || bubbles.values.contains(where: isDue)
  }

  /// The next action; the same one until `done`.
  mutating func next() -> Action? {
    settle()
    if let number = closing.first { return .close(number) }
    let due = bubbles.filter { isDue($0.value) }.keys
    if let place = due.min(by: { order($0) < order($1) }), let bubble = bubbles[place],
      let notice = words(of: bubble)
    {
      return .show(notice, replacing: bubble.number, place)
    }
    return over.isEmpty ? nil : .show(Notice(over: over), replacing: nil, .over)
  }

  /// - Parameter number: the id of the displayed notification.
  mutating func done(_ action: Action, number: UInt32? = nil) {
    switch action {
    case .close: closing.removeFirst(min(1, closing.count))
    case .show(_, _, .over): over = []
    case .show(let notice, _, let place):
      bubbles[place]?.number = number
      bubbles[place]?.shown = notice
      bubbles[place]?.leftAt = nil
      bubbles[place]?.needsAttention = false
    }
  }

  // MARK: - Incidents

  private mutating func open(_ incident: OpenIncident) {
    muted[incident.id] = nil
    let isKnown = incidents.updateValue(incident, forKey: incident.id) != nil
    if let place = places[incident.id] {
      bubbles[place]?.needsAttention = true
    } else if !isKnown {
      fresh.append(incident.id)
    }
  }

  private mutating func refresh(_ incident: OpenIncident) {
    incidents[incident.id]?.severity = incident.severity
    incidents[incident.id]?.detail = incident.detail
    incidents[incident.id]?.command = incident.command
    incidents[incident.id]?.note = incident.note
  }

  private mutating func end(_ id: String, _ headline: String, at now: ContinuousClock.Instant) {
    if let since = muted.removeValue(forKey: id), now - since < NoticeBoard.longGone {
      over = Array((over + [headline]).prefix(NoticeBoard.maxEndedHeadlines))
    }
    guard let place = detach(id) else { return }
    if bubbles[place]?.over.count ?? 0 < NoticeBoard.maxEndedHeadlines {
      bubbles[place]?.over.append(headline)
    }
    guard let bubble = bubbles[place], bubble.incidents.isEmpty else { return }
    remove(place)
    guard bubble.shown != nil, bubble.leftAt.map({ now - $0 < NoticeBoard.longGone }) ?? true else { return }
    over = Array((over + bubble.over).prefix(NoticeBoard.maxEndedHeadlines))
  }

  /// Removes an incident that a silence suppresses.
  private mutating func mute(_ id: String, at now: ContinuousClock.Instant) {
    if let bubble = places[id].flatMap({ bubbles[$0] }), bubble.shown != nil {
      muted[id] = bubble.leftAt ?? now
    }
    withdraw(id)
  }

  /// Removes an incident that must no longer be displayed.
  private mutating func withdraw(_ id: String) {
    guard let place = detach(id), bubbles[place]?.incidents.isEmpty == true else { return }
    remove(place)
  }

  /// - Returns: the place where it was displayed.
  private mutating func detach(_ id: String) -> Place? {
    guard incidents.removeValue(forKey: id) != nil else { return nil }
    guard let place = places.removeValue(forKey: id) else {
      fresh.removeAll { $0 == id }
      return nil
    }
    if let index = bubbles[place]?.incidents.firstIndex(of: id) {
      bubbles[place]?.incidents.remove(at: index)
    }
    return place
  }

  private mutating func remove(_ place: Place) {
    if let number = bubbles[place]?.number { closing.append(number) }
    bubbles[place] = nil
  }

  /// The subject of an incident.
  private struct Subject: Hashable {
    let cluster: String
    let subject: String

    init(_ cluster: String, _ subject: String) {
      self.cluster = cluster
      self.subject = subject
    }
  }

  private mutating func rename(_ id: String, to incident: OpenIncident) {
    incidents[id] = nil
    incidents[incident.id] = incident
    guard let place = places.removeValue(forKey: id) else {
      if let index = fresh.firstIndex(of: id) { fresh[index] = incident.id }
      return
    }
    places[incident.id] = place
    guard let index = bubbles[place]?.incidents.firstIndex(of: id) else { return }
    bubbles[place]?.incidents[index] = incident.id
  }

  // MARK: - Bubbles

  /// Assigns new incidents to notifications: one each, or a combined one beyond the limit.
  private mutating func settle() {
    guard !fresh.isEmpty else { return }
    let onScreen = bubbles.count { $0.value.number != nil || $0.value.needsAttention }
    let isCrowd =
      fresh.count > NoticeBoard.maxNewBubbles || onScreen + fresh.count > NoticeBoard.maxBubbles
    for id in fresh {
      let place: Place = isCrowd ? .several : .incident(id)
      places[id] = place
      bubbles[place, default: Bubble()].incidents.append(id)
      bubbles[place]?.needsAttention = true
    }
    fresh = []
  }

  private func isDue(_ bubble: Bubble) -> Bool {
    bubble.needsAttention || (bubble.number != nil && bubble.shown != words(of: bubble))
  }

  private func words(of bubble: Bubble) -> Notice? {
    bubble.words ?? Notice(bubble.incidents.compactMap { incidents[$0] })
  }

  /// The order of display: the worst is shown last, because servers place the newest on top.
  private func order(_ place: Place) -> (Int, String) {
    guard case .incident(let id) = place else { return (place == .several ? 2 : 3, "") }
    return (incidents[id]?.severity == .critical ? 1 : 0, id)
  }
}

// MARK: - Persistence

extension NoticeBoard {
  /// The displayed state that a restart restores.
  struct State: Hashable, Codable {
    fileprivate let incidents: [OpenIncident]
    fileprivate let bubbles: [Place: Bubble]
  }

  var state: State {
    State(
      incidents: places.keys.sorted().compactMap { incidents[$0] },
      bubbles: bubbles)
  }

  /// Restores the notifications of an earlier agent on the same server. Call it before any other function.
  mutating func restore(_ state: State) {
    let known = Dictionary(state.incidents.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for (place, bubble) in state.bubbles {
      var bubble = bubble
      bubble.incidents = bubble.incidents.filter { known[$0] != nil && places[$0] == nil }
      guard bubble.words != nil || !bubble.incidents.isEmpty else { continue }
      for id in bubble.incidents {
        incidents[id] = known[id]
        places[id] = place
      }
      bubbles[place] = bubble
    }
    // The options may have changed since.
    for incident in state.incidents
    where !filter.includes(cluster: incident.cluster, severity: incident.severity) { withdraw(incident.id) }
  }
}

extension NoticeBoard.Filter {
  fileprivate func includes(_ incident: IncidentDocument) -> Bool {
    includes(cluster: incident.cluster, severity: incident.severity)
  }
}

extension IncidentDocument {
  /// True if its start was notified and its end was not.
  fileprivate var isNotified: Bool { notices > 0 && (state == .firing || state == .recovering) }
}
