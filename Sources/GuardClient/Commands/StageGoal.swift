import GuardAPI
import GuardConnection
import GuardPages
import GuardTerminal
import GuardTypes
import Health

/// The goal that stages of the pipeline have a commit.
struct StageGoal: Hashable {
  let commit: CommitPrefix
  /// The ids of the stages; empty for all that the commit affects.
  let stages: [String]

  func waiting(client: DaemonClient, cluster: String?, timeout: TimeSpan) -> Waiting {
    var waiting = Waiting(
      client: client, words: ("commit \(commit.short)", "deployed"), cluster: cluster, timeout: timeout
    ) { status, client in
      let clusters = status.clusters.filter { $0.pipeline != nil }.map(\.name)
      guard !clusters.isEmpty else {
        // A guard that has just started does not know its clusters yet.
        if status.clusters.isEmpty { return Obstacle(reason: status.summary) }
        throw NoPipeline(cluster: cluster)
      }
      return try obstacle(in: clusters.map { try client.place(of: commit.digits, in: $0) })
    }
    // The guard may have to ask GitHub for each answer.
    waiting.pause = .seconds(2)
    return waiting
  }

  /// The first stage that does not get the commit until a person acts, else the first that does not have it yet.
  ///
  /// - Throws: `NoSuchStage` if no cluster has one of the named stages.
  func obstacle(in places: [WhereDocument]) throws(NoSuchStage) -> Obstacle? {
    let all = places.flatMap(\.stages)
    if let missing = stages.first(where: { id in !all.contains { $0.id == id } }) {
      throw NoSuchStage(id: missing, known: all.map(\.id))
    }
    let wanted = stages.isEmpty ? all : all.filter { stages.contains($0.id) }
    if let stuck = wanted.first(where: { $0.state == .stuck }) {
      return Obstacle(reason: reason(stuck), step: stuck.step)
    }
    if !wanted.contains(where: { $0.state == .has }),
      let place = places.first(where: { $0.onBranch == false })
    {
      return Obstacle(
        reason: "it is not an ancestor of the branch's newest commit",
        step: NextStep(command: "oceanid-ctl where \(place.commit)"))
    }
    let late = wanted.first { $0.state == .underway } ?? wanted.first { $0.state == .unknown }
    if wanted.isEmpty { return Obstacle(reason: "no stage is known yet") }
    return late.map { Obstacle(reason: reason($0)) }
  }

  private func reason(_ stage: WhereDocument.Stage) -> String {
    stage.summary.isEmpty
      ? "\(stage.id): \(WherePage.word(stage.state))" : "\(stage.id): \(stage.summary.withShortHashes)"
  }

  /// The ids of all stages, for a shell; empty if the guard cannot be reached.
  static func known() -> [String] {
    var client = DaemonClient(socket: .resolve(option: nil))
    client.timeout = .seconds(1)
    let stages = (try? client.status())?.clusters.flatMap { $0.pipeline?.stages ?? [] } ?? []
    return CompletionScript.offered(stages.map(\.id))
  }
}

/// `--stage` names none of the pipeline's stages.
struct NoSuchStage: CommandError, Hashable {
  let id: String
  let known: [String]
  var exitStatus: Int32 { ExitStatus.usage.rawValue }

  var description: String {
    let nearest = Spelling.nearest(to: id, among: known).map { "; did you mean \($0)?" } ?? ""
    return "the pipeline has no stage \(id)\(nearest)"
  }

  var remedy: [String] { ["the stages: \(known.joined(separator: ", "))"] }
}
