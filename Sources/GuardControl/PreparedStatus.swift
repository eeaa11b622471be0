internal import GuardAPI
internal import GuardStatus
internal import NIOCore
internal import Platform
internal import Synchronization

/// Caches the encoded status document. It is encoded on request, if something changed or the bytes are too
/// old for its ages and counters. So a thousand requests per second need only a few encodings.
final class PreparedStatus: Sendable {
  /// The maximum age of the bytes if nothing changed.
  private static let freshness: Duration = .milliseconds(100)
  private static let large = 1 << 20

  private struct Encoded {
    let body: [UInt8]
    let version: UInt64
    let at: ContinuousClock.Instant
  }

  private let board: StatusBoard
  private let encoded = Mutex<Encoded?>(nil)
  private let encodedOverview = Mutex<Encoded?>(nil)

  init(board: StatusBoard) {
    self.board = board
  }

  /// The document, without a line feed; nil if it can't be encoded.
  var bytes: [UInt8]? { bytes(of: encoded, isOverview: false) }

  /// The document of `StatusDocument.View.overview`.
  var overview: [UInt8]? { bytes(of: encodedOverview, isOverview: true) }

  private func bytes(of encoded: borrowing Mutex<Encoded?>, isOverview: Bool) -> [UInt8]? {
    encoded.withLock { encoded in
      let version = board.version
      let now = ContinuousClock.now
      if let encoded, encoded.version == version, now - encoded.at < PreparedStatus.freshness {
        return encoded.body
      }
      // Free the old bytes before creating the new ones.
      encoded = nil
      guard let data = try? DocumentCoding.encode(board.statusDocument(isOverview: isOverview)) else {
        return nil
      }
      let body = Array(data)
      encoded = Encoded(body: body, version: version, at: now)
      // Encoding uses many times the memory of its result, and large documents are rarely requested.
      if body.count > PreparedStatus.large { ResidentMemory.trim() }
      return body
    }
  }
}
