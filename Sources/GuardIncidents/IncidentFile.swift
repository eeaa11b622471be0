internal import FoundationEssentials
internal import GuardAPI
package import GuardState
internal import Health
package import IncidentTracking

/// Stores the incidents in the state directory, so that a restart of the guard neither repeats nor loses a notice.
package struct IncidentFile: Sendable {
  /// Has room for ten thousand incidents with long details. If they do not fit, the details are shortened
  /// further, and finally the least severe incidents are left out.
  package static let limit = 16 << 20
  /// Former versions wrote larger files.
  private static let readLimit = 64 << 20
  /// Lengths of each detail in bytes, tried in this order.
  private static let detailLengths = [1024, 256, 0]

  private let folder: StateFolder

  package init(folder: StateFolder) { self.folder = folder }

  /// The path of the file.
  package var path: String { folder.path(of: StateFile.incidents) }

  /// - Returns: nil if there is no such file yet.
  package func load() throws -> IncidentTracker? {
    guard let bytes = try folder.read(StateFile.incidents, limit: IncidentFile.readLimit) else { return nil }
    return try JSONDecoder().decode(IncidentTracker.self, from: Data(bytes))
  }

  /// Replaces the file.
  package func save(_ tracker: IncidentTracker) throws {
    try folder.replace(
      StateFile.incidents, with: try IncidentFile.bytes(of: tracker.pieces, limit: IncidentFile.limit))
  }

  /// Renames an unreadable file, so that it can be examined.
  package func setAside() { folder.setAside(StateFile.incidents) }

  /// One document, encoded piece by piece.
  package static func bytes(of tracker: IncidentTracker.Pieces, limit: Int) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    let tail =
      Array(#"],"issued":"#.utf8) + (try encoder.encode(tracker.issued)) + Array(#","past":"#.utf8)
      + (try encoder.encode(tracker.past)) + Array(#","silences":"#.utf8)
      + (try encoder.encode(tracker.silences)) + Array("}".utf8)
    var bytes: [UInt8] = []
    // Growing a large array needs its memory twice. Reserved memory that is not used costs nothing.
    bytes.reserveCapacity(min(limit, tail.count + (tracker.tracks.count + 1) * 4096))
    for length in detailLengths {
      bytes.removeAll(keepingCapacity: true)
      bytes += #"{"version":\#(tracker.version),"tracks":["#.utf8
      var isWhole = true
      for (index, track) in tracker.tracks.enumerated() {
        let text = try encoder.encode(track.shortened(detailTo: length))
        guard bytes.count + 1 + text.count + tail.count <= limit else {
          isWhole = false
          break
        }
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes += text
      }
      if isWhole { break }
    }
    bytes += tail
    return bytes
  }
}
