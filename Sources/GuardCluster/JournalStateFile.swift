internal import FoundationEssentials
internal import GuardAPI
package import GuardState
internal import IncidentTracking
internal import Platform

/// Stores the state of a cluster's journal in the state directory.
package struct JournalStateFile: Sendable {
  /// Files of former versions have up to ten thousand problems.
  private static let limit = 16 << 20

  private let name: String
  private let folder: StateFolder

  init(cluster: String, folder: StateFolder) {
    name = StateFile.journal.name(of: cluster)
    self.folder = folder
  }

  /// An unreadable file is treated as missing.
  func load() -> JournalState {
    let bytes = (try? folder.read(name, limit: JournalStateFile.limit)) ?? []
    return (try? JSONDecoder().decode(JournalState.self, from: Data(bytes))) ?? JournalState()
  }

  func save(_ state: JournalState) {
    // Values of these types can always be encoded.
    guard let bytes = try? JSONEncoder().encode(state) else { return }
    folder.persist(name, Array(bytes))
  }

  /// Removes the files of clusters that are no longer in the configuration, with their inventories and pipelines. Their
  /// incidents have ended, and their ids must not be reused.
  package static func removeAll(except clusters: [String], in folder: StateFolder) {
    let prefixes = [StateFile.journal, .inventory, .pipeline].map(\.prefix)
    let names = Set(prefixes.flatMap { prefix in clusters.map { prefix + $0 } })
    for name in folder.names(in: "") where prefixes.contains(where: name.hasPrefix) && !names.contains(name) {
      folder.remove(name)
    }
  }
}
