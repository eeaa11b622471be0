import FoundationEssentials
import Platform

/// The displayed notices, saved across a restart of the agent, so that none is repeated and dismissed ones
/// stay dismissed.
struct NoticeState: Codable {
  /// Ids are only valid for the server that assigned them.
  let screen: String
  let board: NoticeBoard.State
}

/// The file of `NoticeState` in the unit's `RuntimeDirectory=`, which systemd keeps until the user logs out.
struct NoticeStateFile {
  private let path: String
  private static let limit = 16 << 20

  /// - Returns: nil if there is no such folder.
  init?(environment: (String) -> String?) {
    guard let folder = environment("RUNTIME_DIRECTORY")?.split(separator: ":").first, folder.hasPrefix("/")
    else { return nil }
    path = "\(folder)/notices.json"
  }

  /// Returns nil without a readable file; open incidents are then shown again.
  func load() -> NoticeState? {
    guard let bytes = try? SmallFile.read(path, limit: NoticeStateFile.limit) else { return nil }
    return try? JSONDecoder().decode(NoticeState.self, from: Data(bytes))
  }

  func save(_ state: NoticeState) throws {
    try SmallFile.replace(path, with: Array(try JSONEncoder().encode(state)), mode: 0o600)
  }
}
