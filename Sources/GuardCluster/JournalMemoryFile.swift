internal import FoundationEssentials
package import GuardState
internal import Health
internal import IncidentTracking
internal import Platform

/// The memory of a cluster's journal in the state directory.
package struct JournalMemoryFile: Sendable {
  private static let prefix = "journal-"
  /// Room for what an incident tracker holds.
  private static let mostProblems = IncidentTracker.largest
  private static let limit = 16 << 20

  private let name: String
  private let folder: StateFolder

  init(cluster: String, folder: StateFolder) {
    name = JournalMemoryFile.prefix + cluster
    self.folder = folder
  }

  /// An unreadable file counts as none.
  func load() -> JournalMemory {
    let bytes = (try? folder.read(name, limit: JournalMemoryFile.limit)) ?? []
    return (try? JSONDecoder().decode(JournalMemory.self, from: Data(bytes))) ?? JournalMemory()
  }

  func save(_ memory: JournalMemory) {
    var memory = memory
    if memory.open.count > JournalMemoryFile.mostProblems {
      memory.open = Array(memory.open.sorted { $0.id < $1.id }.prefix(JournalMemoryFile.mostProblems))
      let subjects = Set(memory.open.map(\.subject))
      memory.incidents = memory.incidents.filter { subjects.contains($0.key) }
    }
    // Values of these types can always be encoded.
    guard let bytes = try? JSONEncoder().encode(memory) else { return }
    folder.persist(name, Array(bytes))
  }

  /// Forgets clusters that are not guarded any more: their incidents have ended, and their ids must not come back.
  package static func keep(_ clusters: [String], in folder: StateFolder) {
    let names = Set(clusters.map { prefix + $0 })
    for name in folder.names(in: "") where name.hasPrefix(prefix) && !names.contains(name) {
      folder.remove(name)
    }
  }
}
