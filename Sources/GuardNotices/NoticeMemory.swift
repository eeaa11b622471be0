import FoundationEssentials
import Platform

/// The displayed notices, saved across a restart of the agent, so that none is repeated and dismissed ones
/// stay dismissed.
struct NoticeMemory: Codable {
  /// Ids are only valid for the server that assigned them.
  let screen: String
  let board: NoticeBoard.Memory
}

/// The file of `NoticeMemory` in the unit's `RuntimeDirectory=`, which systemd keeps until the user logs out.
struct NoticeMemoryFile {
  private let path: String
  private static let limit = 16 << 20

  /// - Returns: nil if there is no such folder.
  init?(environment: (String) -> String?) {
    guard let folder = environment("RUNTIME_DIRECTORY")?.split(separator: ":").first, folder.hasPrefix("/")
    else { return nil }
    path = "\(folder)/notices.json"
  }

  /// Returns nil without a readable file; open incidents are then shown again.
  func load() -> NoticeMemory? {
    guard let bytes = try? SmallFile.read(path, limit: NoticeMemoryFile.limit) else { return nil }
    return try? JSONDecoder().decode(NoticeMemory.self, from: Data(bytes))
  }

  func save(_ memory: NoticeMemory) throws {
    try SmallFile.replace(path, with: Array(try JSONEncoder().encode(memory)), mode: 0o600)
  }
}
