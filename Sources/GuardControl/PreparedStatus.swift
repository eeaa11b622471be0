internal import GuardAPI
internal import GuardStatus
internal import NIOCore
internal import Platform
internal import Synchronization

/// The status document as bytes, encoded when something changed and asked for, and again where ages and counters have
/// moved on since: a client that asks a thousand times a second is served from a few encodings.
final class PreparedStatus: Sendable {
  /// How old the bytes may be when nothing changed.
  private static let freshness: Duration = .milliseconds(100)
  private static let large = 1 << 20

  private struct Encoded {
    let body: [UInt8]
    let version: UInt64
    let at: ContinuousClock.Instant
  }

  private let board: StatusBoard
  private let encoded = Mutex<Encoded?>(nil)

  init(board: StatusBoard) {
    self.board = board
  }

  /// The document, without a line feed; nil where it can't be encoded.
  var bytes: [UInt8]? {
    encoded.withLock { encoded in
      let version = board.version
      let now = ContinuousClock.now
      if let encoded, encoded.version == version, now - encoded.at < PreparedStatus.freshness {
        return encoded.body
      }
      // The bytes of before need no place beside the new ones.
      encoded = nil
      guard let data = try? DocumentCoding.encode(board.statusDocument()) else { return nil }
      let body = Array(data)
      encoded = Encoded(body: body, version: version, at: now)
      // Encoding takes many times what it makes, and a large document is seldom asked for.
      if body.count > PreparedStatus.large { ResidentMemory.trim() }
      return body
    }
  }
}
