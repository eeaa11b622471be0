internal import FoundationEssentials
internal import GuardState
internal import Health
internal import IncidentTracking
internal import Platform

/// One channel's outbox in the state directory. Notices that are pending when the guard ends are delivered
/// after its next start.
///
/// The file has JSON lines. Each pending notice, and each delivery, appends one line, so that a notice is
/// saved before `send` returns. Once half of the lines are obsolete, the file is rewritten. There is no
/// fsync, so a power failure can lose notices.
///
/// Protected by its channel's lock.
struct Spool {
  /// A line of the file: a pending notice, a delivery, a message about to be sent, or the state of the
  /// channel.
  private struct Line: Codable {
    var put: Outbox.PendingNotice?
    var done: Done?
    var sending: Outbox.Batch?
    var announced: [String]?
    /// In the same line as `announced`.
    var announcedByCount: [String]?
    var marks: [String: Int]?
    var health: Health?

    private enum CodingKeys: String, CodingKey {
      case put, done, sending, marks, health
      // The names in files of older guards.
      case announced = "told"
      case announcedByCount = "toldByNumber"
    }

    struct Health: Codable {
      /// nil while the channel delivers.
      let failing: Retry.Failing?
    }

    struct Done: Codable {
      let key: String
      let incident: String
      let isOver: Bool
      var isByNumber: Bool?
    }
  }

  /// Pending notices take at most a quarter of this, and obsolete lines at most another quarter.
  private static let limit = 64 << 20
  /// A smaller file is never rewritten.
  private static let smallest = 1 << 20

  let name: String
  private let folder: StateFolder
  /// The reported failure of the channel. It is written with the next line, or on its own.
  var failing: Retry.Failing? {
    didSet { if failing != oldValue { isHealthNew = true } }
  }
  private var isHealthNew = false
  private var size = 0
  /// The size after the last rewrite.
  private var wholeSize = 0
  /// The file may end in half a line, or may lack a change.
  private var isBroken = true

  /// The last message that the file says is about to be sent.
  private var lastBatch: Outbox.Batch?

  init(name: String, in folder: StateFolder) {
    self.name = name
    self.folder = folder
  }

  var path: String { folder.path(of: name) }

  /// True if the channel had a spool before.
  var exists: Bool { folder.exists(name) }

  /// Reads the notices that were pending when the guard was stopped. A line that can't be read is skipped.
  ///
  /// - Returns: the number of lines that were skipped.
  mutating func load(into outbox: inout Outbox) throws(SystemError) -> Int {
    guard let bytes = try folder.read(name, limit: Spool.limit) else { return 0 }
    let decoder = JSONDecoder()
    var unread = 0
    for text in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let line = try? decoder.decode(Line.self, from: Data(text)) else {
        unread += 1
        continue
      }
      if let notice = line.put { outbox.restore(notice) }
      if let ids = line.announced {
        outbox.restore(announced: ids, byCount: line.announcedByCount ?? [], marks: line.marks ?? [:])
      }
      if let health = line.health { failing = health.failing }
      if let done = line.done {
        outbox.restore(
          done: done.key, of: done.incident, isOver: done.isOver, byCount: done.isByNumber ?? false)
      }
      if let batch = line.sending { outbox.restore(interrupted: batch) }
    }
    isHealthNew = false
    return unread
  }

  // MARK: - Writing

  /// - Throws: `SystemError`. The next call that succeeds repairs the file.
  mutating func put(_ notices: [Outbox.PendingNotice], of outbox: Outbox) throws(SystemError) {
    try append(notices.map { Line(put: $0) }, of: outbox)
  }

  /// Records that notices were delivered or dropped.
  mutating func done(_ notices: [Outbox.PendingNotice], of outbox: Outbox) throws(SystemError) {
    try append(
      notices.map {
        let id = $0.incident.id
        return Line(
          done: .init(
            key: $0.entry.key, incident: id, isOver: !outbox.announced.contains(id),
            isByNumber: outbox.announcedByCount.contains(id) ? true : nil))
      }, of: outbox)
  }

  /// Records that a message is about to be sent. A retry of the same message is not written again.
  mutating func sending(_ batch: Outbox.Batch, of outbox: Outbox) throws(SystemError) {
    guard batch != lastBatch else { return }
    try append([Line(sending: batch)], of: outbox)
    lastBatch = batch
  }

  private mutating func append(_ lines: [Line], of outbox: Outbox) throws(SystemError) {
    let lines = lines + (isHealthNew ? [Line(health: .init(failing: failing))] : [])
    guard !lines.isEmpty else { return }
    // Later lines may record that it arrived, or that it changed.
    lastBatch = nil
    let bytes = Spool.bytes(lines)
    // The limit is twice the size after the last rewrite, so that each line is written about three times at
    // most.
    let largest = max(Spool.smallest, outbox.isEmpty ? 256 * outbox.marks.count : 2 * wholeSize)
    if isBroken || size + bytes.count > largest { return try rewrite(outbox) }
    isBroken = true
    try folder.append(bytes, to: name)
    size += bytes.count
    isBroken = false
    isHealthNew = false
  }

  mutating func rewrite(_ outbox: Outbox) throws(SystemError) {
    let notices = outbox.waiting.values.sorted { $0.serial < $1.serial }
    // A message under way may not arrive. If a newer notice is pending, the older one is not needed.
    let older = outbox.inFlight.values.filter { outbox.waiting[$0.incident.id] == nil }
    let head = [
      Line(
        announced: outbox.announced.sorted(), announcedByCount: outbox.announcedByCount.sorted(),
        marks: outbox.marks),
      failing.map { Line(health: .init(failing: $0)) },
    ].compactMap(\.self)
    let lines =
      head + (Array(older) + notices).map { Line(put: $0) }
      + [outbox.batch.map { Line(sending: $0) }].compactMap(\.self)
    lastBatch = nil
    let bytes = Spool.bytes(lines)
    isBroken = true
    try folder.replace(name, with: bytes)
    size = bytes.count
    wholeSize = size
    isBroken = false
    isHealthNew = false
  }

  func remove() { folder.remove(name) }

  /// Renames an unreadable file, so that it can be examined.
  func setAside() { folder.setAside(name) }

  private static func bytes(_ lines: [Line]) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    var bytes: [UInt8] = []
    for line in lines {
      // Values of these types can always be encoded.
      guard let text = try? encoder.encode(line) else { continue }
      bytes += text
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }
}
