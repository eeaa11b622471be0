/// One event of the stream to the page (HTML Standard, "Server-sent events"). Pure.
struct EventFrame: Hashable, Sendable {
  enum Kind: String, Hashable, Sendable {
    /// A `PageDocument`.
    case status
    /// The guard sends nothing: a `SilenceDocument`.
    case silence
    /// Nothing has changed, and this program runs.
    case beat
  }

  let kind: Kind
  /// The number of changes so far; nil if the event does not say. The page reads its report again when it differs.
  let changes: Int?
  let data: [UInt8]

  static let beat = EventFrame(kind: .beat, changes: nil, data: Array("{}".utf8))

  /// Each line of the data gets its own field; the browser joins them again. JSON on one line has one.
  var bytes: [UInt8] {
    var bytes = Array("event: \(kind.rawValue)\n\(changes.map { "id: \($0)\n" } ?? "")".utf8)
    for line in data.split(omittingEmptySubsequences: false, whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      bytes += Array("data: ".utf8) + line + [0x0A]
    }
    return bytes + [0x0A]
  }
}
