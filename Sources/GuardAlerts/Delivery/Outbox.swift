internal import Health
internal import IncidentTracking

/// The pending notices of one channel: the newest state of each incident.
///
/// Pure. Notices that are not delivered yet are merged:
/// - a newer state takes the place of an older one;
/// - an incident whose opening was not delivered stays "opened" until it is over, however often it changed;
/// - an opening and its end become the end alone, with both times, so that an ended incident raises no alarm.
struct Outbox {
  /// The newest notice of an incident.
  struct PendingNotice: Hashable, Codable, Sendable {
    var change: IncidentNotice.Change
    var incident: Incident
    var at: Timestamp
    /// The order in which they came.
    fileprivate(set) var serial: UInt64 = 0

    var entry: IncidentNotice.Entry { IncidentNotice.Entry(change, incident) }

    /// About as many bytes as it has in the spool.
    fileprivate var weight: Int {
      [
        incident.id, incident.subject, incident.title, incident.detail, incident.remedy, incident.problem,
        incident.command ?? "", incident.note ?? "", incident.code ?? "",
      ].reduce(256) { $0 + PendingNotice.weight(of: $1) }
    }

    /// With what JSON escapes (RFC 8259 §7).
    private static func weight(of text: String) -> Int {
      text.utf8.reduce(0) { sum, byte in
        switch byte {
        case ..<0x20: sum + 6
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): sum + 2
        default: sum + 1
        }
      }
    }
  }

  /// The incidents of one message.
  struct Batch: Hashable, Codable, Sendable {
    var listed: [String]
    /// Only their number is in the message.
    var counted: [String]

    var ids: [String] { listed + counted }
  }

  private(set) var waiting: [String: PendingNotice] = [:]
  /// On its way: whether it arrives is not known yet.
  private(set) var underWay: [String: PendingNotice] = [:]
  /// Incidents that this channel delivered and whose end it did not: the end is delivered whatever the filter says.
  private(set) var told: Set<String> = []
  /// Those of them that were only counted: their end need not be listed either.
  private(set) var toldByNumber: Set<String> = []
  /// Incident to the number of its newest notice that came in. The guard may have been killed after
  /// it handed a notice over and before it said so: that notice comes again, and is passed over.
  private(set) var marks: [String: Int] = [:]
  /// The message under way.
  private(set) var batch: Batch?
  /// The message that was under way when the guard was stopped last: it is sent again unchanged, with the same
  /// key, since it may have arrived.
  private var interrupted: Batch? { didSet { interruptedIDs = Set(interrupted?.ids ?? []) } }
  private var interruptedIDs: Set<String> = []
  private var serial: UInt64 = 0
  /// Bytes of a detail where there are too many of them.
  static let shortDetail = 200
  private var weight = 0
  private let policy: DeliveryPolicy

  init(policy: DeliveryPolicy = DeliveryPolicy()) { self.policy = policy }

  var count: Int { waiting.count + underWay.keys.count { waiting[$0] == nil } }
  var isEmpty: Bool { waiting.isEmpty && underWay.isEmpty }
  func knows(_ id: String) -> Bool { told.contains(id) || waiting[id] != nil || underWay[id] != nil }

  // MARK: - In

  /// - Returns: what waits now, whether that is new, and how many found no place and were dropped.
  mutating func add(
    _ entry: IncidentNotice.Entry, at now: Timestamp
  ) -> (notice: PendingNotice, isNew: Bool, dropped: Int) {
    let id = entry.incident.id
    var notice = PendingNotice(change: entry.change, incident: entry.incident, at: now)
    guard marks.updateValue(entry.incident.notices, forKey: id) != entry.incident.notices else {
      return (waiting[id] ?? notice, false, 0)
    }
    if interruptedIDs.contains(id) { interrupted = nil }
    if let older = waiting[id] { notice = Outbox.merge(older, notice) }
    enqueue(notice)
    return (waiting[id] ?? notice, true, makeRoom())
  }

  private mutating func enqueue(_ notice: PendingNotice) {
    var notice = notice
    if notice.serial == 0 {
      serial += 1
      notice.serial = serial
    }
    serial = max(serial, notice.serial)
    weight += notice.weight - (waiting[notice.incident.id]?.weight ?? 0)
    waiting[notice.incident.id] = notice
  }

  private static func merge(_ older: PendingNotice, _ newer: PendingNotice) -> PendingNotice {
    var result = newer
    result.serial = older.serial
    guard newer.change != .ended else { return result }
    switch older.change {
    case .opened: (result.change, result.at) = (.opened, older.at)
    case .worsened, .flapping: if newer.change == .reminder { result.change = older.change }
    case .reminder, .ended: break
    }
    return result
  }

  /// Cuts details; where that is not enough, drops the least important notices, a tenth at once, so that a flood does
  /// not sort at every drop.
  private mutating func makeRoom() -> Int {
    guard waiting.count > policy.mostWaiting || weight > policy.mostBytes else { return 0 }
    if weight > policy.mostBytes {
      for (id, notice) in waiting {
        waiting[id]?.incident = notice.incident.shortened(detailTo: Outbox.shortDetail)
      }
      weight = waiting.values.reduce(0) { $0 + $1.weight }
      if waiting.count <= policy.mostWaiting, weight <= policy.mostBytes / 10 * 9 { return 0 }
    }
    let worst = waiting.values.sorted { (worth(of: $0), $0.serial) < (worth(of: $1), $1.serial) }
    var dropped = 0
    for notice in worst {
      guard waiting.count > policy.mostWaiting / 10 * 9 || weight > policy.mostBytes / 10 * 9 else { break }
      remove(notice.incident.id)
      dropped += 1
    }
    return dropped
  }

  private func worth(of notice: PendingNotice) -> Int {
    switch (notice.change, notice.incident.severity) {
    case (.ended, _) where !told.contains(notice.incident.id): 0
    case (.reminder, _): 1
    case (.ended, _): 4
    case (_, .warning): 2
    case (_, .critical): 3
    }
  }

  private mutating func remove(_ id: String) {
    if interruptedIDs.contains(id) { interrupted = nil }
    weight -= waiting.removeValue(forKey: id)?.weight ?? 0
  }

  // MARK: - Out

  /// The next message: the oldest news, and what there is of the same cluster. It is under way until one of the
  /// functions below says what became of it.
  ///
  /// - Parameters:
  ///   - most: entries that it may list.
  ///   - countsRest: a flood is one message that lists the first few and counts the rest; else it is as many messages
  ///     as it takes.
  mutating func dequeue(
    atMost most: Int = .max, countsRest: Bool
  ) -> (listed: [IncidentNotice.Entry], counted: [IncidentNotice.Entry]) {
    let batch = interrupted ?? nextBatch(atMost: min(most, policy.batch), countsRest: countsRest)
    interrupted = nil
    guard let batch else { return ([], []) }
    self.batch = batch
    func entries(_ ids: [String]) -> [IncidentNotice.Entry] {
      let notices = ids.compactMap { waiting[$0] }
      for notice in notices {
        remove(notice.incident.id)
        underWay[notice.incident.id] = notice
      }
      return notices.sorted { Outbox.isWorse($0, $1) }.map(\.entry)
    }
    return (entries(batch.listed), entries(batch.counted))
  }

  mutating func dequeue(atMost most: Int = .max) -> [IncidentNotice.Entry] {
    dequeue(atMost: most, countsRest: false).listed
  }

  private func nextBatch(atMost most: Int, countsRest: Bool) -> Batch? {
    guard let oldest = waiting.values.min(by: { $0.serial < $1.serial }) else { return nil }
    let notices = waiting.values.filter { $0.incident.cluster == oldest.incident.cluster }
      .sorted { $0.serial < $1.serial }
    func ids(_ notices: some Sequence<PendingNotice>) -> [String] { notices.map(\.incident.id) }
    guard countsRest, notices.count > policy.batch else {
      return Batch(listed: ids(notices.prefix(most)), counted: [])
    }
    // Where the opening was listed by name, so is the end.
    let isByName = { (notice: PendingNotice) in
      let id = notice.incident.id
      return notice.change == .ended && told.contains(id) && !toldByNumber.contains(id)
    }
    let ends = notices.filter(isByName).prefix(most)
    let rest = notices.filter { !isByName($0) }.sorted { Outbox.isWorse($0, $1) }
    let first = rest.prefix(min(policy.listedOfMany, most - ends.count))
    return Batch(listed: ids(ends) + ids(first), counted: ids(rest.dropFirst(first.count)))
  }

  private static func isWorse(_ a: PendingNotice, _ b: PendingNotice) -> Bool {
    if (a.change == .ended) != (b.change == .ended) { return b.change == .ended }
    if a.incident.severity != b.incident.severity { return a.incident.severity == .critical }
    return a.serial < b.serial
  }

  mutating func delivered() -> [PendingNotice] {
    let notices = Array(underWay.values)
    let counted = Set(batch?.counted ?? [])
    for notice in notices { record(told: notice, byNumber: counted.contains(notice.incident.id)) }
    endBatch()
    return notices
  }

  private mutating func endBatch() {
    underWay = [:]
    batch = nil
  }

  private mutating func record(told notice: PendingNotice, byNumber: Bool) {
    let id = notice.incident.id
    if notice.change == .ended {
      told.remove(id)
      toldByNumber.remove(id)
    } else if told.count < policy.mostWaiting {
      if !byNumber { toldByNumber.remove(id) }
      if told.insert(id).inserted, byNumber { toldByNumber.insert(id) }
    }
  }

  /// It waits again; what came meanwhile is newer.
  ///
  /// - Parameter isRepeated: the next message is the same, where nothing newer is known of what it tells: it may have
  ///   arrived.
  /// - Returns: how many found no place and were dropped.
  mutating func failed(isRepeated: Bool = true) -> Int {
    let isSame = !underWay.keys.contains { waiting[$0] != nil }
    for (id, older) in underWay { enqueue(waiting[id].map { Outbox.merge(older, $0) } ?? older) }
    let batch = batch
    endBatch()
    let dropped = makeRoom()
    if isRepeated, isSame, dropped == 0 { interrupted = batch }
    return dropped
  }

  /// No server will ever take it.
  mutating func discard() -> [PendingNotice] {
    defer { endBatch() }
    return Array(underWay.values)
  }

  /// No server will ever take what the message lists; what it counts waits again.
  mutating func discardListed() -> [PendingNotice] {
    let listed = (batch?.listed ?? []).compactMap { underWay.removeValue(forKey: $0) }
    _ = failed(isRepeated: false)
    return listed
  }

  /// Forgets incidents that are over.
  ///
  /// - Parameters:
  ///   - firing: incidents that were notified and are not over.
  ///   - isSaved: no restart of the guard brings notices back that came in already.
  mutating func keepTold(_ firing: Set<String>, isSaved: Bool = true) {
    let isWanted = { [waiting, underWay] (id: String) in
      firing.contains(id) || waiting[id] != nil || underWay[id] != nil
    }
    told = told.filter(isWanted)
    toldByNumber.formIntersection(told)
    if isSaved || marks.count > 2 * policy.mostWaiting { marks = marks.filter { isWanted($0.key) } }
  }

  /// Drops what a changed filter does not take any more.
  ///
  /// - Returns: how many.
  mutating func keep(where isWanted: (Incident) -> Bool) -> Int {
    let unwanted = waiting.values.filter { !told.contains($0.incident.id) && !isWanted($0.incident) }
    for notice in unwanted { remove(notice.incident.id) }
    return unwanted.count
  }

  /// Forgets everything: the channel gets no notices any more.
  mutating func clear() { self = Outbox(policy: policy) }

  // MARK: - Over a restart

  /// In the order of the file, whatever numbers are written there.
  mutating func restore(_ notice: PendingNotice) {
    var notice = notice
    let id = notice.incident.id
    notice.serial = waiting[id]?.serial ?? 0
    enqueue(notice)
    marks[id] = notice.incident.notices
    if interruptedIDs.contains(id) { interrupted = nil }
  }

  mutating func restore(told ids: [String], byNumber: [String], marks: [String: Int]) {
    told.formUnion(ids.prefix(policy.mostWaiting))
    toldByNumber.formUnion(byNumber.filter(told.contains))
    self.marks.merge(marks) { $1 }
  }

  /// A message was about to be sent.
  mutating func restore(interrupted batch: Batch) {
    let clusters = Set(batch.ids.map { waiting[$0]?.incident.cluster })
    let isWhole = clusters.count == 1 && !clusters.contains(nil) && Set(batch.ids).count == batch.ids.count
    interrupted = isWhole && !batch.listed.isEmpty && batch.listed.count <= policy.batch ? batch : nil
  }

  /// A notice arrived, unless it is a newer one that waits.
  mutating func restore(done key: String, of id: String, isOver: Bool, byNumber: Bool) {
    interrupted = nil
    if waiting[id]?.entry.key == key { remove(id) }
    guard !isOver else {
      told.remove(id)
      toldByNumber.remove(id)
      return
    }
    told.insert(id)
    if byNumber { toldByNumber.insert(id) } else { toldByNumber.remove(id) }
  }
}
