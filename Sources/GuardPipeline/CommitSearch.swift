internal import GuardAPI
internal import GuardStatus
internal import Health
internal import Pipeline
internal import PipelineSources

/// Finds the stages that have a commit. Two commits always compare the same, so every comparison is asked for once.
struct CommitSearch {
  /// The most comparisons and commits in memory.
  private static let limit = 256

  private var comparisons: [PipelineKnowledge.Pair: Comparison] = [:]
  private var commits: [CommitID: Commit] = [:]

  /// - Parameters:
  ///   - name: of the commit, whole or its beginning.
  ///   - head: the newest commit of the branch; nil if it is not known.
  ///   - client: nil if GitHub is not configured.
  mutating func find(
    _ name: String, in stages: [Stage], cluster: String, head: CommitID?, steps: [String: NextStep],
    _ client: GitHubClient?
  ) -> WhereOutcome {
    do throws(SourceFailure) {
      guard let commit = try commit(name, client) else { return .unknownCommit }
      let onBranch = try head.flatMap { head throws(SourceFailure) in try contains(head, commit.id, client) }
      var found: [WhereDocument.Stage] = []
      for stage in stages {
        found.append(try place(commit, in: stage, onBranch: onBranch, steps, client))
      }
      return .found(
        WhereDocument(
          cluster: cluster, commit: commit.id.description,
          subject: commit.subject.isEmpty ? nil : commit.subject, author: commit.author?.name,
          committedAt: commit.committedAt, onBranch: onBranch, stages: found))
    } catch {
      return .unavailable(error.message)
    }
  }

  private mutating func commit(_ name: String, _ client: GitHubClient?) throws(SourceFailure) -> Commit? {
    if let id = CommitID(name), let known = commits[id] { return known }
    guard let client else { return CommitID(name).map { Commit(id: $0) } }
    guard let commit = try client.commit(name) else { return nil }
    // GitHub also takes names of branches and tags; the caller does not.
    guard commit.id.description.hasPrefix(name.lowercased()) else { return nil }
    if commits.count >= CommitSearch.limit { commits = [:] }
    commits[commit.id] = commit
    return commit
  }

  /// True if the history of `later` has the commit; nil if that is not known.
  private mutating func contains(
    _ later: CommitID, _ commit: CommitID, _ client: GitHubClient?
  ) throws(SourceFailure) -> Bool? {
    if later == commit { return true }
    let pair = PipelineKnowledge.Pair(base: commit, head: later)
    if let known = comparisons[pair] { return known.relation == .ahead }
    guard let client, let comparison = try client.compare(commit, with: later) else { return nil }
    if comparisons.count >= CommitSearch.limit { comparisons = [:] }
    comparisons[pair] = comparison
    return comparison.relation == .ahead || comparison.relation == .identical
  }

  private mutating func place(
    _ commit: Commit, in stage: Stage, onBranch: Bool?, _ steps: [String: NextStep], _ client: GitHubClient?
  ) throws(SourceFailure) -> WhereDocument.Stage {
    func answer(_ state: WhereDocument.Stage.State, _ words: String) -> WhereDocument.Stage {
      let step = state == .stuck ? stage.problem.flatMap { steps[$0] } : nil
      return WhereDocument.Stage(
        id: stage.id, kind: stage.kind.rawValue, state: state, commit: stage.commit?.description,
        summary: words, since: stage.since, url: stage.url, problem: state == .stuck ? stage.problem : nil,
        command: step?.command, note: step?.note)
    }
    if let own = stage.commit {
      switch try contains(own, commit.id, client) {
      case true?: return answer(.has, own == commit.id ? "runs it" : "runs \(own.short), which contains it")
      case nil: return answer(.unknown, "how \(own.short) relates to it is not known: \(stage.summary)")
      case false?: break
      }
    }
    if let files = commit.files, !files.contains(where: stage.filter.matches) {
      return answer(.unaffected, "it changes no file of this stage")
    }
    if onBranch == false { return answer(.stuck, "it is not on the branch that is deployed") }
    switch stage.state {
    case .failed, .stopped, .diverged: return answer(.stuck, stage.summary)
    case .unknown: return answer(.unknown, stage.summary)
    // A state with a problem ends only when somebody acts.
    case .current, .behind, .running, .waiting:
      return answer(stage.problem == nil ? .underway : .stuck, stage.summary)
    }
  }
}
