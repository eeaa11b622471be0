internal import FoundationEssentials
internal import GuardAPI
internal import GuardJournal
internal import GuardPipeline
internal import GuardState
internal import Health
internal import Pipeline
internal import Systemd

/// Stores the history of a cluster's pipeline in the state directory.
struct PipelineHistoryFile: Sendable {
  private static let limit = 64 << 10

  private let cluster: String
  private let name: String
  private let folder: StateFolder

  init(cluster: String, folder: StateFolder) {
    self.cluster = cluster
    name = StateFile.pipeline.name(of: cluster)
    self.folder = folder
  }

  /// Returns nil if there is no file yet. A damaged file is set aside and reported.
  func load(_ log: any EventLog) -> PipelineHistory? {
    do {
      return try folder.read(name, limit: PipelineHistoryFile.limit).map(PipelineHistory.init(file:))
    } catch {
      folder.setAside(name)
      let path = folder.path(of: name)
      log.write(
        LogRecord(
          nil,
          "\(cluster): \(path) can't be read, so the newest commit and run count as new: \(error)",
          priority: .warning, cluster: cluster, remedy: "look at \(path)\(StateFile.damaged)"))
      return nil
    }
  }

  func save(_ history: PipelineHistory) { folder.persist(name, history.file) }
}

private struct PipelineHistoryRecord: Codable {
  struct Head: Codable {
    let commit: String
    let seenAt: Timestamp
  }

  static let version = 1

  let version: Int
  let repository: String?
  let branch: String
  let workflow: String?
  let highestRun: Int64
  let heads: [String: Head]
}

extension PipelineHistory {
  /// - Throws: `DecodingError` if the bytes are no history of this version.
  init(file bytes: [UInt8]) throws {
    func damaged(_ words: String) -> DecodingError {
      .dataCorrupted(.init(codingPath: [], debugDescription: words))
    }
    let record = try JSONDecoder().decode(PipelineHistoryRecord.self, from: Data(bytes))
    guard record.version == PipelineHistoryRecord.version else {
      throw damaged("version \(record.version) of the file is not known")
    }
    guard record.highestRun >= 0 else { throw damaged("the number of a run is negative") }
    self.init(
      repository: record.repository, branch: record.branch, workflow: record.workflow,
      highestRun: record.highestRun,
      heads: try record.heads.mapValues { head in
        guard let commit = CommitID(head.commit) else { throw damaged("the name of a commit is invalid") }
        return Head(commit: commit, seenAt: head.seenAt)
      })
  }

  /// The contents of the file.
  var file: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let record = PipelineHistoryRecord(
      version: PipelineHistoryRecord.version, repository: repository, branch: branch, workflow: workflow,
      highestRun: highestRun,
      heads: heads.mapValues { .init(commit: $0.commit.description, seenAt: $0.seenAt) })
    // Values of these types can always be encoded.
    return (try? encoder.encode(record)).map { Array($0) } ?? []
  }
}
