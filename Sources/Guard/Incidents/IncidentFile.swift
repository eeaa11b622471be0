internal import FoundationEssentials
internal import Health
internal import Platform

/// The incidents in the state directory: a restart of the guard neither repeats nor forgets what people were told.
struct IncidentFile: Sendable {
  let path: String
  /// Ten thousand incidents with all their words.
  private static let limit = 64 << 20

  /// - Parameter environment: of this process; systemd names the folder of `StateDirectory=` in it.
  /// - Returns: nil where there is nowhere to keep it.
  init?(environment: [String: String]) {
    guard let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first, folder.hasPrefix("/")
    else { return nil }
    path = "\(folder)/incidents.json"
  }

  /// - Returns: nil where there is no such file yet.
  func load() throws -> IncidentBook? {
    guard SmallFile.exists(path) else { return nil }
    return try JSONDecoder().decode(
      IncidentBook.self, from: Data(try SmallFile.read(path, limit: IncidentFile.limit)))
  }

  func save(_ book: IncidentBook) throws {
    try SmallFile.replace(path, with: Array(try JSONEncoder().encode(book)), mode: 0o600)
  }

  /// What can't be read is kept for whoever wants to look, and stands in nobody's way.
  func setAside() throws {
    try SmallFile.move(path, to: path + ".unreadable")
  }
}
