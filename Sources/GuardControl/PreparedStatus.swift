internal import GuardAPI
internal import GuardStatus
internal import NIOCore
internal import Platform
internal import Synchronization

/// Caches the encoded status document. It is encoded on request, if something changed or the bytes are too
/// old for its ages and counters. So a thousand requests per second need only a few encodings, and responses that
/// wait for their clients share the bytes.
final class PreparedStatus: Sendable {
  /// The maximum age of the bytes if nothing changed.
  private static let freshness: Duration = .milliseconds(100)
  private static let large = 1 << 20

  private struct Encoded {
    let line: ByteBuffer
    let version: UInt64
    let at: ContinuousClock.Instant
  }

  private let board: StatusBoard
  private let encoded = Mutex<Encoded?>(nil)
  private let encodedOverview = Mutex<Encoded?>(nil)

  init(board: StatusBoard) {
    self.board = board
  }

  /// The document and a line feed; nil if it can't be encoded.
  var line: ByteBuffer? { line(of: encoded, isOverview: false) }

  /// The document of `StatusDocument.View.overview`, and a line feed.
  var overview: ByteBuffer? { line(of: encodedOverview, isOverview: true) }

  private func line(of encoded: borrowing Mutex<Encoded?>, isOverview: Bool) -> ByteBuffer? {
    encoded.withLock { encoded in
      let version = board.version
      let now = ContinuousClock.now
      if let encoded, encoded.version == version, now - encoded.at < PreparedStatus.freshness {
        return encoded.line
      }
      // Free the old bytes before creating the new ones.
      encoded = nil
      guard let data = try? DocumentCoding.encode(board.statusDocument(isOverview: isOverview)) else {
        return nil
      }
      var line = ByteBuffer()
      line.reserveCapacity(data.count + 1)
      line.writeBytes(data)
      line.writeString("\n")
      encoded = Encoded(line: line, version: version, at: now)
      // Encoding uses many times the memory of its result, and large documents are rarely requested.
      if data.count > PreparedStatus.large { ResidentMemory.trim() }
      return line
    }
  }
}
