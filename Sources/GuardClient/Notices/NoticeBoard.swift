import GuardAPI
import Health

/// Which notices are to be on the screen, and which are.
///
/// Pure: what happens comes in with its moment, what to do comes out of `next`, and is acknowledged by `done`. A server
/// that is not there therefore loses nothing: what is to be shown stays to be shown.
struct NoticeBoard {
  /// Which incidents are shown.
  struct Filter: Hashable, Sendable {
    var cluster: String?
    var least: Problem.Severity = .warning

    func includes(cluster: String, severity: Problem.Severity) -> Bool {
      (self.cluster == nil || self.cluster == cluster) && (least == .warning || severity == .critical)
    }
  }

  enum Action: Hashable {
    case close(UInt32)
    /// `replacing`: the number of the one whose place it takes.
    case show(Notice, replacing: UInt32?, Place)
  }

  /// What a bubble is for.
  enum Place: Hashable, Codable {
    case incident(String)
    /// The one bubble for what would be too many.
    case several
    case guardAway
    /// Nobody asks for it again.
    case over
  }

  fileprivate struct Bubble: Hashable, Codable {
    /// Ids of incidents, the oldest first.
    var incidents: [String] = []
    /// Of a bubble that is for none.
    var words: Notice?
    var number: UInt32?
    /// What is on the screen, or was.
    var shown: Notice?
    /// When it left the screen.
    var leftAt: ContinuousClock.Instant?
    /// There is news that calls for attention.
    var isNews = true
    /// The last words of those of its incidents that are over.
    var over: [String] = []
  }

  /// At once, each in a bubble of its own; more are too many.
  private static let mostAtOnce = 3
  private static let mostBubbles = 5
  /// Nobody waits for the end of what left the screen longer ago.
  private static let longGone: Duration = .seconds(3600)
  /// Words of what is over are kept for a server that is not there.
  private static let mostOver = 100

  let filter: Filter
  private var incidents: [String: OpenIncident] = [:]
  /// Of incidents.
  private var places: [String: Place] = [:]
  private var bubbles: [Place: Bubble] = [:]
  /// Incidents that have no place yet, the oldest first.
  private var fresh: [String] = []
  private var closing: [UInt32] = []
  private var over: [String] = []
  /// What a silence took from the screen, and when: its end is told like that of what somebody closed.
  private var hushed: [String: ContinuousClock.Instant] = [:]

  init(filter: Filter = Filter()) { self.filter = filter }

  // MARK: - What the guard says

  mutating func take(_ change: ChangeDocument, at now: ContinuousClock.Instant) {
    guard let incident = OpenIncident(change),
      filter.includes(cluster: incident.cluster, severity: incident.severity) || isKnown(incident.id)
    else { return }
    switch change.event {
    case "incident_opened":
      // The document that is read after every connection may have told of it already.
      if incidents[incident.id] == nil { open(incident) }
    case "incident_worsened", "incident_flapping", "incident_reminder":
      open(incident)
    case "incident_ended":
      end(incident.id, change.message, at: now)
    default: break
    }
  }

  /// How things stand, after a time without news.
  mutating func take(_ document: IncidentsDocument, at now: ContinuousClock.Instant) {
    let open = Dictionary(document.open.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let past = Dictionary(document.past.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    // The guard knows them no more: without a state directory it forgets its ids over a restart.
    let forgotten = Dictionary(
      incidents.values.filter { open[$0.id] == nil && past[$0.id] == nil }
        .map { (Subject($0.cluster, $0.subject), $0.id) }, uniquingKeysWith: { first, _ in first })
    for incident in document.open where incident.silence == nil && filter.includes(incident) {
      if incidents[incident.id] != nil {
        // Only what it says is taken over; whether that is news, a change's line says.
        refresh(OpenIncident(incident))
      } else if let former = forgotten[Subject(incident.cluster, incident.subject)] {
        rename(former, to: OpenIncident(incident))
      } else if incident.isTold {
        self.open(OpenIncident(incident))
      }
    }
    for id in hushed.keys.sorted() where open[id] == nil {
      if let incident = past[id] { end(id, OpenIncident(incident, "over: ").headline, at: now) }
      hushed[id] = nil
    }
    for id in incidents.keys.sorted() {
      if let incident = open[id] {
        if incident.silence != nil { hush(id, at: now) }
      } else if let incident = past[id] {
        end(id, OpenIncident(incident, "over: ").headline, at: now)
      } else {
        withdraw(id)
      }
    }
  }

  private func isKnown(_ id: String) -> Bool { incidents[id] != nil || hushed[id] != nil }

  mutating func guardIsAway(_ error: ClientError) {
    guard bubbles[.guardAway] == nil else { return }
    bubbles[.guardAway] = Bubble(words: Notice(guardAway: error))
  }

  mutating func guardIsBack() { remove(.guardAway) }

  // MARK: - What the server says

  /// A bubble left the screen.
  mutating func closed(_ number: UInt32, at now: ContinuousClock.Instant) {
    for (place, bubble) in bubbles where bubble.number == number {
      bubbles[place]?.number = nil
      bubbles[place]?.leftAt = now
    }
  }

  /// A bubble is on the screen that was given up, and shown again or will be.
  mutating func stray(_ number: UInt32) {
    if !bubbles.values.contains(where: { $0.number == number }) { closing.append(number) }
  }

  /// The server is gone or new: nothing is on the screen, and what was has to come back.
  mutating func clear() {
    for (place, bubble) in bubbles where bubble.number != nil {
      bubbles[place]?.number = nil
      bubbles[place]?.isNews = true
    }
    closing = []
  }

  // MARK: - What is to be done

  var hasWork: Bool {
    !fresh.isEmpty || !closing.isEmpty || !over.isEmpty || bubbles.values.contains(where: isDue)
  }

  /// What comes next; the same until `done`.
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

  /// - Parameter number: of what was shown.
  mutating func done(_ action: Action, number: UInt32? = nil) {
    switch action {
    case .close: closing.removeFirst(min(1, closing.count))
    case .show(_, _, .over): over = []
    case .show(let notice, _, let place):
      bubbles[place]?.number = number
      bubbles[place]?.shown = notice
      bubbles[place]?.leftAt = nil
      bubbles[place]?.isNews = false
    }
  }

  // MARK: - Incidents

  private mutating func open(_ incident: OpenIncident) {
    hushed[incident.id] = nil
    let isKnown = incidents.updateValue(incident, forKey: incident.id) != nil
    if let place = places[incident.id] {
      bubbles[place]?.isNews = true
    } else if !isKnown {
      fresh.append(incident.id)
    }
  }

  private mutating func refresh(_ incident: OpenIncident) {
    incidents[incident.id]?.severity = incident.severity
    incidents[incident.id]?.detail = incident.detail
    incidents[incident.id]?.remedy = incident.remedy
  }

  private mutating func end(_ id: String, _ headline: String, at now: ContinuousClock.Instant) {
    if let since = hushed.removeValue(forKey: id), now - since < NoticeBoard.longGone {
      over = Array((over + [headline]).prefix(NoticeBoard.mostOver))
    }
    guard let place = takeOut(id) else { return }
    if bubbles[place]?.over.count ?? 0 < NoticeBoard.mostOver { bubbles[place]?.over.append(headline) }
    guard let bubble = bubbles[place], bubble.incidents.isEmpty else { return }
    remove(place)
    guard bubble.shown != nil, bubble.leftAt.map({ now - $0 < NoticeBoard.longGone }) ?? true else { return }
    over = Array((over + bubble.over).prefix(NoticeBoard.mostOver))
  }

  /// Somebody wants to hear nothing of it for a while.
  private mutating func hush(_ id: String, at now: ContinuousClock.Instant) {
    if let bubble = places[id].flatMap({ bubbles[$0] }), bubble.shown != nil {
      hushed[id] = bubble.leftAt ?? now
    }
    withdraw(id)
  }

  /// It is no more to be spoken of.
  private mutating func withdraw(_ id: String) {
    guard let place = takeOut(id), bubbles[place]?.incidents.isEmpty == true else { return }
    remove(place)
  }

  /// - Returns: where it was shown.
  private mutating func takeOut(_ id: String) -> Place? {
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

  /// Whose incident it is.
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

  /// Gives what is fresh its place: a bubble of its own, or one for all where the screen would be full of them.
  private mutating func settle() {
    guard !fresh.isEmpty else { return }
    let onScreen = bubbles.count { $0.value.number != nil || $0.value.isNews }
    let isCrowd =
      fresh.count > NoticeBoard.mostAtOnce || onScreen + fresh.count > NoticeBoard.mostBubbles
    for id in fresh {
      let place: Place = isCrowd ? .several : .incident(id)
      places[id] = place
      bubbles[place, default: Bubble()].incidents.append(id)
      bubbles[place]?.isNews = true
    }
    fresh = []
  }

  private func isDue(_ bubble: Bubble) -> Bool {
    bubble.isNews || (bubble.number != nil && bubble.shown != words(of: bubble))
  }

  private func words(of bubble: Bubble) -> Notice? {
    bubble.words ?? Notice(bubble.incidents.compactMap { incidents[$0] })
  }

  /// The worst comes last: servers put the newest on top.
  private func order(_ place: Place) -> (Int, String) {
    guard case .incident(let id) = place else { return (place == .several ? 2 : 3, "") }
    return (incidents[id]?.severity == .critical ? 1 : 0, id)
  }
}

// MARK: - Over a restart

extension NoticeBoard {
  /// What has its place on the screen.
  struct Memory: Hashable, Codable {
    fileprivate let incidents: [OpenIncident]
    fileprivate let bubbles: [Place: Bubble]
  }

  var memory: Memory {
    Memory(
      incidents: places.keys.sorted().compactMap { incidents[$0] },
      bubbles: bubbles)
  }

  /// Takes up what another agent showed on the same screen, before anything else is taken.
  mutating func restore(_ memory: Memory) {
    let known = Dictionary(memory.incidents.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for (place, bubble) in memory.bubbles {
      var bubble = bubble
      bubble.incidents = bubble.incidents.filter { known[$0] != nil && places[$0] == nil }
      guard bubble.words != nil || !bubble.incidents.isEmpty else { continue }
      for id in bubble.incidents {
        incidents[id] = known[id]
        places[id] = place
      }
      bubbles[place] = bubble
    }
    // Options may have changed meanwhile.
    for incident in memory.incidents
    where !filter.includes(cluster: incident.cluster, severity: incident.severity) { withdraw(incident.id) }
  }
}

extension NoticeBoard.Filter {
  fileprivate func includes(_ incident: IncidentDocument) -> Bool {
    includes(cluster: incident.cluster, severity: incident.severity)
  }
}

extension IncidentDocument {
  /// People were told of it, and not of its end.
  fileprivate var isTold: Bool { notices > 0 && (state == .firing || state == .recovering) }
}
