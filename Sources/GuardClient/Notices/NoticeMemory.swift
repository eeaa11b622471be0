import FoundationEssentials
import Platform

/// What is on which screen, kept over a restart of the agent: nothing is shown twice, and nothing that was dismissed.
struct NoticeMemory: Codable {
  /// Numbers mean nothing to another server than the one that gave them.
  let screen: String
  let board: NoticeBoard.Memory
}

/// The file of it, in the folder that systemd gives a service until its user leaves (`RuntimeDirectory=`).
struct NoticeMemoryFile {
  private let path: String
  private static let limit = 16 << 20

  /// - Returns: nil where there is nowhere to keep it.
  init?(environment: (String) -> String?) {
    guard let folder = environment("RUNTIME_DIRECTORY")?.split(separator: ":").first, folder.hasPrefix("/")
    else { return nil }
    path = "\(folder)/notices.json"
  }

  /// nil where nothing is kept that can be read: then what is open is shown again.
  func load() -> NoticeMemory? {
    guard let bytes = try? SmallFile.read(path, limit: NoticeMemoryFile.limit) else { return nil }
    return try? JSONDecoder().decode(NoticeMemory.self, from: Data(bytes))
  }

  func save(_ memory: NoticeMemory) throws {
    try SmallFile.replace(path, with: Array(try JSONEncoder().encode(memory)), mode: 0o600)
  }
}
