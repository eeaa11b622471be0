internal import GuardAPI
internal import GuardStatus
internal import GuardTypes
internal import Health
internal import Pipeline
internal import PipelineSources

/// Finds the stages that have a commit. A comparison of two commits never changes, so each is requested once.
struct CommitSearch {
  /// The most comparisons and commits in memory.
  private static let limit = 256

  private var comparisons: [PipelineKnowledge.Pair: Comparison] = [:]
  private var commits: [CommitID: Commit] = [:]

  /// The newest commit of the branch, if the last request had to read it.
  private(set) var newHead: CommitID?

  /// The place of the commit on the branch, for a stage that does not have the commit.
  private enum Place {
    case onBranch
    /// The commit came to the branch after the last poll, so the stages' states are older than it.
    case newer
    /// The newest commit of the branch is an ancestor of the commit: it was not pushed, or GitHub does not show it yet.
    case ahead(of: CommitID)
    case elsewhere
    case unknown
  }

  /// - Parameters:
  ///   - name: of the commit, whole or its beginning.
  ///   - head: the newest commit of the branch at the last poll; nil if it is not known.
  ///   - branch: is read again if it seems not to have the commit; nil: it is not.
  ///   - refusal: why GitHub is not asked; nil if it is.
  ///   - client: nil if GitHub is not configured.
  mutating func find(
    _ name: String, in stages: [Stage], cluster: String, head: CommitID?, branch: String? = nil,
    steps: [String: NextStep], refusal: SourceFailure? = nil, _ client: GitHubClient?
  ) -> WhereOutcome {
    newHead = nil
    if let refusal { return outcome(from: name, in: stages, cluster: cluster, head: head, after: refusal) }
    do throws(SourceFailure) {
      guard let commit = try commit(name, client) else { return .unknownCommit }
      let (place, onBranch) = try place(of: commit.id, head: head, branch: branch, client)
      var found: [WhereDocument.Stage] = []
      for stage in stages {
        found.append(try self.place(commit, in: stage, place, steps, client))
      }
      return .found(
        WhereDocument(
          cluster: cluster, commit: commit.id.description,
          subject: commit.subject.isEmpty ? nil : commit.subject, author: commit.author?.name,
          committedAt: commit.committedAt, onBranch: onBranch, stages: found))
    } catch {
      return outcome(from: name, in: stages, cluster: cluster, head: head, after: error)
    }
  }

  /// The answer from memory alone, in which each stage says why it is not known.
  private func outcome(
    from name: String, in stages: [Stage], cluster: String, head: CommitID?, after failure: SourceFailure
  ) -> WhereOutcome {
    let known = Set(stages.compactMap(\.commit) + [head].compactMap(\.self) + commits.keys)
    let named = known.filter { $0.description.hasPrefix(name.lowercased()) }
    guard !stages.isEmpty, let id = CommitID(name) ?? (named.count == 1 ? named.first : nil) else {
      return .unavailable(failure.message)
    }
    let found = stages.map { stage in
      let has = stage.commit.map { own in
        !stage.isUnseen && (own == id || comparisons[.init(base: id, head: own)]?.relation == .ahead)
      }
      return WhereDocument.Stage(
        id: stage.id, kind: stage.kind.rawValue, state: has == true ? .has : .unknown,
        commit: stage.commit?.description,
        summary: has == true
          ? "runs \(stage.commit == id ? "it" : "a later commit")"
          : stage.isUnseen ? stage.summary : "GitHub has not answered: \(failure.message)",
        since: stage.since, url: stage.url)
    }
    let commit = commits[id]
    return .found(
      WhereDocument(
        cluster: cluster, commit: id.description, subject: commit?.subject, author: commit?.author?.name,
        committedAt: commit?.committedAt, stages: found))
  }

  private mutating func place(
    of commit: CommitID, head: CommitID?, branch: String?, _ client: GitHubClient?
  ) throws(SourceFailure) -> (Place, onBranch: Bool?) {
    var newest = head
    var isOnBranch = try head.flatMap { head throws(SourceFailure) in try contains(head, commit, client) }
    if isOnBranch == true { return (.onBranch, true) }
    // A request directly after a push comes before the next poll.
    if let branch, let client {
      let read = try client.head(of: branch)
      newHead = read
      if read != head {
        newest = read
        isOnBranch = try contains(read, commit, client)
        if isOnBranch == true { return (head == nil ? .onBranch : .newer, true) }
      }
    }
    guard let newest, isOnBranch == false else { return (.unknown, nil) }
    return comparisons[.init(base: commit, head: newest)]?.relation == .behind
      ? (.ahead(of: newest), nil) : (.elsewhere, false)
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
    _ commit: Commit, in stage: Stage, _ place: Place, _ steps: [String: NextStep], _ client: GitHubClient?
  ) throws(SourceFailure) -> WhereDocument.Stage {
    func answer(_ state: WhereDocument.Stage.State, _ words: String) -> WhereDocument.Stage {
      let step = state == .stuck ? stage.problem.flatMap { steps[$0] } : nil
      return WhereDocument.Stage(
        id: stage.id, kind: stage.kind.rawValue, state: state, commit: stage.commit?.description,
        summary: words, since: stage.since, url: stage.url, problem: state == .stuck ? stage.problem : nil,
        command: step?.command, note: step?.note)
    }
    var hadCommit = false
    if let own = stage.commit {
      switch try contains(own, commit.id, client) {
      case true? where stage.isUnseen: hadCommit = true
      case true?: return answer(.has, own == commit.id ? "runs it" : "runs \(own.short), which contains it")
      case nil: return answer(.unknown, "how \(own.short) relates to it is not known: \(stage.summary)")
      case false?: break
      }
    }
    if let files = commit.files, !files.contains(where: stage.filter.matches) {
      return answer(.unaffected, "it changes no file of this stage")
    }
    // The earlier state of a stage does not prove its present one.
    if hadCommit { return answer(.unknown, stage.summary) }
    switch place {
    case .elsewhere: return answer(.stuck, "it is not on the branch that is deployed")
    case .ahead(let newest):
      return answer(
        .unknown, "it is newer than \(newest.short), the newest commit of the branch that GitHub shows")
    case .newer where stage.isUnseen: return answer(.unknown, stage.summary)
    case .newer: return answer(.underway, "it was pushed after the last poll; before: \(stage.summary)")
    case .onBranch, .unknown: break
    }
    switch stage.state {
    case .failed, .stopped, .diverged: return answer(.stuck, stage.summary)
    case .unknown: return answer(.unknown, stage.summary)
    // A state with a problem ends only when a person acts.
    case .current, .behind, .running, .waiting:
      return answer(stage.problem == nil ? .underway : .stuck, stage.summary)
    }
  }
}
