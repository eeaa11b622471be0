internal import Health

/// What waits to be delivered by one channel: of each incident its newest state.
///
/// Pure. What was not delivered yet collapses:
/// - a newer state takes the place of an older one;
/// - an incident whose opening nobody was told of stays "opened" until it is over, however often it changed;
/// - an opening and its end become the end alone: it says from when to when, so people hear that something was, once,
///   and nobody is woken by what is over.
struct Outbox {
  struct Parcel: Hashable, Codable, Sendable {
    var change: IncidentNotice.Change
    var incident: Incident
    var at: Timestamp
    /// The order in which they came.
    fileprivate(set) var serial: UInt64 = 0

    var entry: IncidentNotice.Entry { IncidentNotice.Entry(change, incident) }

    /// About as many bytes as it holds.
    fileprivate var weight: Int {
      256 + incident.id.utf8.count + incident.subject.utf8.count + incident.title.utf8.count
        + incident.detail.utf8.count + incident.remedy.utf8.count + incident.problem.utf8.count
    }
  }

  private(set) var waiting: [String: Parcel] = [:]
  /// On its way: whether it arrives is not known yet.
  private(set) var underWay: [String: Parcel] = [:]
  /// Incidents that this channel told people of, and not of their end: that is told whatever the filter says.
  private(set) var told: Set<String> = []
  private var serial: UInt64 = 0
  private var weight = 0
  private let pace: AlertPace

  init(pace: AlertPace = AlertPace()) { self.pace = pace }

  var count: Int { waiting.count + underWay.keys.count { waiting[$0] == nil } }
  var isEmpty: Bool { waiting.isEmpty && underWay.isEmpty }
  func knows(_ id: String) -> Bool { told.contains(id) || waiting[id] != nil || underWay[id] != nil }

  // MARK: - In

  /// - Returns: what waits now, and how many found no place and were dropped.
  mutating func add(_ entry: IncidentNotice.Entry, at now: Timestamp) -> (parcel: Parcel, dropped: Int) {
    let id = entry.incident.id
    var parcel = Parcel(change: entry.change, incident: entry.incident, at: now)
    if let older = waiting[id] { parcel = Outbox.merge(older, parcel) }
    put(parcel)
    return (waiting[id] ?? parcel, makeRoom())
  }

  private mutating func put(_ parcel: Parcel) {
    var parcel = parcel
    if parcel.serial == 0 {
      serial += 1
      parcel.serial = serial
    }
    serial = max(serial, parcel.serial)
    weight += parcel.weight - (waiting[parcel.incident.id]?.weight ?? 0)
    waiting[parcel.incident.id] = parcel
  }

  private static func merge(_ older: Parcel, _ newer: Parcel) -> Parcel {
    var result = newer
    result.serial = older.serial
    switch (older.change, newer.change) {
    case (_, .ended), (.ended, _): break
    case (.opened, _): (result.change, result.at) = (.opened, older.at)
    case (.worsened, .reminder), (.flapping, .reminder): result.change = older.change
    default: break
    }
    return result
  }

  /// Drops what people miss least, a tenth at once, so that a flood does not sort at every drop.
  private mutating func makeRoom() -> Int {
    guard waiting.count > pace.mostWaiting || weight > pace.mostBytes else { return 0 }
    let worst = waiting.values.sorted { (worth(of: $0), $0.serial) < (worth(of: $1), $1.serial) }
    var dropped = 0
    for parcel in worst {
      guard waiting.count > pace.mostWaiting / 10 * 9 || weight > pace.mostBytes / 10 * 9 else { break }
      remove(parcel.incident.id)
      dropped += 1
    }
    return dropped
  }

  private func worth(of parcel: Parcel) -> Int {
    switch (parcel.change, parcel.incident.severity) {
    case (.ended, _) where !told.contains(parcel.incident.id): 0
    case (.reminder, _): 1
    case (.ended, _): 4
    case (_, .warning): 2
    case (_, .critical): 3
    }
  }

  private mutating func remove(_ id: String) {
    weight -= waiting.removeValue(forKey: id)?.weight ?? 0
  }

  // MARK: - Out

  /// The next message: the oldest news, and what there is of the same cluster. It is under way until one of the
  /// functions below says what became of it.
  mutating func take(atMost most: Int = .max) -> [IncidentNotice.Entry] {
    guard let oldest = waiting.values.min(by: { $0.serial < $1.serial }) else { return [] }
    let batch = waiting.values.filter { $0.incident.cluster == oldest.incident.cluster }
      .sorted { $0.serial < $1.serial }.prefix(min(most, pace.batch))
    for parcel in batch {
      remove(parcel.incident.id)
      underWay[parcel.incident.id] = parcel
    }
    return batch.sorted { Outbox.isWorse($0, $1) }.map(\.entry)
  }

  private static func isWorse(_ a: Parcel, _ b: Parcel) -> Bool {
    if (a.change == .ended) != (b.change == .ended) { return b.change == .ended }
    if a.incident.severity != b.incident.severity { return a.incident.severity == .critical }
    return a.serial < b.serial
  }

  mutating func delivered() -> [Parcel] {
    let parcels = Array(underWay.values)
    for parcel in parcels { note(told: parcel) }
    underWay = [:]
    return parcels
  }

  private mutating func note(told parcel: Parcel) {
    let id = parcel.incident.id
    if parcel.change == .ended {
      told.remove(id)
    } else if told.count < pace.mostWaiting {
      told.insert(id)
    }
  }

  /// It waits again; what came meanwhile is newer.
  ///
  /// - Returns: how many found no place and were dropped.
  mutating func failed() -> Int {
    for (id, older) in underWay { put(waiting[id].map { Outbox.merge(older, $0) } ?? older) }
    underWay = [:]
    return makeRoom()
  }

  /// Nobody will ever take it.
  mutating func discard() -> [Parcel] {
    defer { underWay = [:] }
    return Array(underWay.values)
  }

  /// Forgets whom nobody needs to be told of any more.
  ///
  /// - Parameter firing: everything that people were told of and that is not over.
  mutating func keepTold(_ firing: Set<String>) {
    told = told.filter { firing.contains($0) || waiting[$0] != nil || underWay[$0] != nil }
  }

  /// Drops what a changed filter does not take any more.
  ///
  /// - Returns: how many.
  mutating func keep(where isWanted: (Incident) -> Bool) -> Int {
    let unwanted = waiting.values.filter { !told.contains($0.incident.id) && !isWanted($0.incident) }
    for parcel in unwanted { remove(parcel.incident.id) }
    return unwanted.count
  }

  /// Forgets everything: the channel hears no news any more.
  mutating func clear() { self = Outbox(pace: pace) }

  // MARK: - Over a restart

  /// In the order of the file, whatever numbers are written there.
  mutating func restore(_ parcel: Parcel) {
    var parcel = parcel
    parcel.serial = waiting[parcel.incident.id]?.serial ?? 0
    put(parcel)
  }

  mutating func restore(told ids: [String]) { told.formUnion(ids.prefix(pace.mostWaiting)) }

  /// A parcel arrived, unless it is a newer one that waits.
  mutating func restore(done key: String, of id: String, isOver: Bool) {
    if waiting[id]?.entry.key == key { remove(id) }
    if isOver { told.remove(id) } else { told.insert(id) }
  }
}
