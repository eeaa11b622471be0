internal import Health
internal import Platform

/// Since when each problem of a cluster has been there, kept over a restart of the guard: a line for each, time and id.
///
/// It is a help and no record: what can't be read or written is as if it had never been there.
struct MemoryFile: Sendable {
  private let path: String
  private static let limit = 1 << 20

  /// - Parameter environment: of this process; systemd names the folder of `StateDirectory=` in it.
  /// - Returns: nil where there is nowhere to keep it.
  init?(cluster: String, environment: [String: String]) {
    guard let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first, folder.hasPrefix("/")
    else {
      return nil
    }
    path = "\(folder)/problems-\(cluster)"
  }

  func load() -> Memory { Memory(file: (try? SmallFile.read(path, limit: MemoryFile.limit)) ?? []) }

  /// Replaces the file as a whole.
  func save(_ problems: [Problem]) {
    let text = problems.prefix(5000).map { "\($0.since) \($0.id)\n" }.joined()
    try? SmallFile.replace(path, with: Array(text.utf8), mode: 0o600)
  }
}

extension Memory {
  /// Of a file's lines those that can be read.
  init(file bytes: [UInt8]) {
    self.init()
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let parts = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let since = Timestamp(rfc3339: parts[0]) else { continue }
      firstSeen[String(parts[1])] = since
    }
  }
}
