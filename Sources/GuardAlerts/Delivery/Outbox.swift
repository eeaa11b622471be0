internal import Health
internal import IncidentTracking

/// The pending notices of one channel: the newest state of each incident.
///
/// Pure. Notices that are not delivered yet are merged:
/// - a newer state replaces an older one;
/// - an incident whose opening was not delivered stays "opened" until it ends, however often it changes;
/// - an opening and its end become the end alone, with both times, so that an ended incident causes no alarm.
struct Outbox {
  /// The newest notice of an incident.
  struct PendingNotice: Hashable, Codable, Sendable {
    var change: IncidentNotice.Change
    var incident: Incident
    var at: Timestamp
    /// The order of arrival.
    fileprivate(set) var serial: UInt64 = 0

    var entry: IncidentNotice.Entry { IncidentNotice.Entry(change, incident) }

    /// The approximate size in the spool, in bytes.
    fileprivate var byteCount: Int {
      [
        incident.id, incident.subject, incident.title, incident.detail, incident.remedy, incident.problem,
        incident.command ?? "", incident.note ?? "", incident.code ?? "",
      ].reduce(256) { $0 + PendingNotice.byteCount(of: $1) }
    }

    /// The size of the text as a JSON string (RFC 8259 §7).
    private static func byteCount(of text: String) -> Int {
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
    /// Incidents that the message only counts.
    var counted: [String]

    var ids: [String] { listed + counted }
  }

  private(set) var waiting: [String: PendingNotice] = [:]
  /// The notices in the message under way. Its outcome is not known yet.
  private(set) var inFlight: [String: PendingNotice] = [:]
  /// Incidents that were reported on this channel and have not been reported as ended. Their end is delivered even
  /// if the filter no longer matches.
  private(set) var announced: Set<String> = []
  /// The incidents in `announced` that were only counted. Their end need not be listed either.
  private(set) var announcedByCount: Set<String> = []
  /// The highest notice number received, by incident. A notice that is repeated after a crash is recognized by it
  /// and skipped.
  private(set) var marks: [String: Int] = [:]
  /// The message under way.
  private(set) var batch: Batch?
  /// The message that was under way when the guard last stopped. It may have arrived, so it is sent again
  /// unchanged, with the same key.
  private var interrupted: Batch? { didSet { interruptedIDs = Set(interrupted?.ids ?? []) } }
  private var interruptedIDs: Set<String> = []
  private var serial: UInt64 = 0
  /// The length of details, in bytes, when they have to be shortened.
  static let shortenedDetailLimit = 200
  private var byteCount = 0
  private let policy: DeliveryPolicy

  init(policy: DeliveryPolicy = DeliveryPolicy()) { self.policy = policy }

  var count: Int { waiting.count + inFlight.keys.count { waiting[$0] == nil } }
  var isEmpty: Bool { waiting.isEmpty && inFlight.isEmpty }
  func knows(_ id: String) -> Bool { announced.contains(id) || waiting[id] != nil || inFlight[id] != nil }

  // MARK: - Input

  /// - Returns: the pending notice, whether it is new, and the number of notices dropped to make room.
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
    byteCount += notice.byteCount - (waiting[notice.incident.id]?.byteCount ?? 0)
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

  /// Shortens details. If that is not enough, drops the least important notices, a tenth at a time, so that
  /// not every drop has to sort.
  private mutating func makeRoom() -> Int {
    guard waiting.count > policy.maxPending || byteCount > policy.maxBytes else { return 0 }
    if byteCount > policy.maxBytes {
      for (id, notice) in waiting {
        waiting[id]?.incident = notice.incident.shortened(detailTo: Outbox.shortenedDetailLimit)
      }
      byteCount = waiting.values.reduce(0) { $0 + $1.byteCount }
      if waiting.count <= policy.maxPending, byteCount <= policy.maxBytes / 10 * 9 { return 0 }
    }
    let leastImportant = waiting.values.sorted {
      (importance(of: $0), $0.serial) < (importance(of: $1), $1.serial)
    }
    var dropped = 0
    for notice in leastImportant {
      guard waiting.count > policy.maxPending / 10 * 9 || byteCount > policy.maxBytes / 10 * 9 else { break }
      remove(notice.incident.id)
      dropped += 1
    }
    return dropped
  }

  private func importance(of notice: PendingNotice) -> Int {
    switch (notice.change, notice.incident.severity) {
    case (.ended, _) where !announced.contains(notice.incident.id): 0
    case (.reminder, _): 1
    case (.ended, _): 4
    case (_, .warning): 2
    case (_, .critical): 3
    }
  }

  private mutating func remove(_ id: String) {
    if interruptedIDs.contains(id) { interrupted = nil }
    byteCount -= waiting.removeValue(forKey: id)?.byteCount ?? 0
  }

  // MARK: - Output

  /// The next message: the oldest notice and others of the same cluster. It is under way until one of the
  /// functions below records its outcome.
  ///
  /// - Parameters:
  ///   - limit: the maximum number of listed entries.
  ///   - countsRest: true if one message lists the first few and counts the rest; false if as many messages
  ///     as needed are sent.
  mutating func dequeue(
    atMost limit: Int = .max, countsRest: Bool
  ) -> (listed: [IncidentNotice.Entry], counted: [IncidentNotice.Entry]) {
    let batch = interrupted ?? nextBatch(atMost: min(limit, policy.batch), countsRest: countsRest)
    interrupted = nil
    guard let batch else { return ([], []) }
    self.batch = batch
    func entries(_ ids: [String]) -> [IncidentNotice.Entry] {
      let notices = ids.compactMap { waiting[$0] }
      for notice in notices {
        remove(notice.incident.id)
        inFlight[notice.incident.id] = notice
      }
      return notices.sorted { Outbox.precedes($0, $1) }.map(\.entry)
    }
    return (entries(batch.listed), entries(batch.counted))
  }

  mutating func dequeue(atMost limit: Int = .max) -> [IncidentNotice.Entry] {
    dequeue(atMost: limit, countsRest: false).listed
  }

  private func nextBatch(atMost limit: Int, countsRest: Bool) -> Batch? {
    guard let oldest = waiting.values.min(by: { $0.serial < $1.serial }) else { return nil }
    let notices = waiting.values.filter { $0.incident.cluster == oldest.incident.cluster }
      .sorted { $0.serial < $1.serial }
    func ids(_ notices: some Sequence<PendingNotice>) -> [String] { notices.map(\.incident.id) }
    guard countsRest, notices.count > policy.batch else {
      return Batch(listed: ids(notices.prefix(limit)), counted: [])
    }
    // If the opening was listed by name, so is the end.
    let isByName = { (notice: PendingNotice) in
      let id = notice.incident.id
      return notice.change == .ended && announced.contains(id) && !announcedByCount.contains(id)
    }
    let ends = notices.filter(isByName).prefix(limit)
    let rest = notices.filter { !isByName($0) }.sorted { Outbox.precedes($0, $1) }
    let first = rest.prefix(min(policy.listedOfMany, limit - ends.count))
    return Batch(listed: ids(ends) + ids(first), counted: ids(rest.dropFirst(first.count)))
  }

  private static func precedes(_ a: PendingNotice, _ b: PendingNotice) -> Bool {
    if (a.change == .ended) != (b.change == .ended) { return b.change == .ended }
    if a.incident.severity != b.incident.severity { return a.incident.severity == .critical }
    return a.serial < b.serial
  }

  mutating func recordDelivery() -> [PendingNotice] {
    let notices = Array(inFlight.values)
    let counted = Set(batch?.counted ?? [])
    for notice in notices { record(delivered: notice, byCount: counted.contains(notice.incident.id)) }
    endBatch()
    return notices
  }

  private mutating func endBatch() {
    inFlight = [:]
    batch = nil
  }

  private mutating func record(delivered notice: PendingNotice, byCount: Bool) {
    let id = notice.incident.id
    if notice.change == .ended {
      announced.remove(id)
      announcedByCount.remove(id)
    } else if announced.count < policy.maxPending {
      if !byCount { announcedByCount.remove(id) }
      if announced.insert(id).inserted, byCount { announcedByCount.insert(id) }
    }
  }

  /// The message was not delivered: its notices are pending again, merged with newer ones.
  ///
  /// - Parameter isRepeated: true if the same message is sent again unless it has newer notices, because it
  ///   may have arrived.
  /// - Returns: the number of notices dropped to make room.
  mutating func recordFailure(isRepeated: Bool = true) -> Int {
    let isSame = !inFlight.keys.contains { waiting[$0] != nil }
    for (id, older) in inFlight { enqueue(waiting[id].map { Outbox.merge(older, $0) } ?? older) }
    let batch = batch
    endBatch()
    let dropped = makeRoom()
    if isRepeated, isSame, dropped == 0 { interrupted = batch }
    return dropped
  }

  /// Drops the message under way, because the server will never accept it.
  mutating func discard() -> [PendingNotice] {
    defer { endBatch() }
    return Array(inFlight.values)
  }

  /// Drops the listed notices, because the server will never accept them. The counted ones are pending again.
  mutating func discardListed() -> [PendingNotice] {
    let listed = (batch?.listed ?? []).compactMap { inFlight.removeValue(forKey: $0) }
    _ = recordFailure(isRepeated: false)
    return listed
  }

  /// Removes ended incidents from `announced`.
  ///
  /// - Parameters:
  ///   - firing: incidents that were notified and are ongoing.
  ///   - isSaved: true if a restart of the guard sends no notice to the outbox twice.
  mutating func removeEnded(except firing: Set<String>, isSaved: Bool = true) {
    let isWanted = { [waiting, inFlight] (id: String) in
      firing.contains(id) || waiting[id] != nil || inFlight[id] != nil
    }
    announced = announced.filter(isWanted)
    announcedByCount.formIntersection(announced)
    if isSaved || marks.count > 2 * policy.maxPending { marks = marks.filter { isWanted($0.key) } }
  }

  /// Drops notices that a changed filter no longer accepts.
  ///
  /// - Returns: the number of dropped notices.
  mutating func removePending(unless isWanted: (Incident) -> Bool) -> Int {
    let unwanted = waiting.values.filter { !announced.contains($0.incident.id) && !isWanted($0.incident) }
    for notice in unwanted { remove(notice.incident.id) }
    return unwanted.count
  }

  /// Removes everything, because the channel gets no notices any more.
  mutating func clear() { self = Outbox(policy: policy) }

  // MARK: - Restoring

  /// Orders notices as in the file, regardless of the serial numbers in it.
  mutating func restore(_ notice: PendingNotice) {
    var notice = notice
    let id = notice.incident.id
    notice.serial = waiting[id]?.serial ?? 0
    enqueue(notice)
    marks[id] = notice.incident.notices
    if interruptedIDs.contains(id) { interrupted = nil }
  }

  mutating func restore(announced ids: [String], byCount: [String], marks: [String: Int]) {
    announced.formUnion(ids.prefix(policy.maxPending))
    announcedByCount.formUnion(byCount.filter(announced.contains))
    self.marks.merge(marks) { $1 }
  }

  /// Restores a message that was about to be sent.
  mutating func restore(interrupted batch: Batch) {
    let clusters = Set(batch.ids.map { waiting[$0]?.incident.cluster })
    let isWhole = clusters.count == 1 && !clusters.contains(nil) && Set(batch.ids).count == batch.ids.count
    interrupted = isWhole && !batch.listed.isEmpty && batch.listed.count <= policy.batch ? batch : nil
  }

  /// Removes a delivered notice, unless a newer one is pending.
  mutating func restore(done key: String, of id: String, isOver: Bool, byCount: Bool) {
    interrupted = nil
    if waiting[id]?.entry.key == key { remove(id) }
    guard !isOver else {
      announced.remove(id)
      announcedByCount.remove(id)
      return
    }
    announced.insert(id)
    if byCount { announcedByCount.insert(id) } else { announcedByCount.remove(id) }
  }
}
