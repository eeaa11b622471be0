internal import Health
package import Pipeline
internal import Platform

/// The requests to GitHub about one repository.
///
/// Use it from one thread at a time, as its `APIClient`.
package struct GitHubClient {
  /// The newest runs are read in pages of this many.
  package static let runsPerPage = 30
  /// Further pages are not read.
  package static let maxPages = 4

  package let api: APIClient
  private let repository: String
  private let sites: PageSites

  /// - Parameters:
  ///   - owner: and `name`: of the repository, without characters that need encoding.
  package init(_ api: APIClient, owner: String, name: String) {
    self.api = api
    repository = "/repos/\(owner)/\(name)"
    sites = PageSites(of: api.address)
  }

  /// The workflow with this file.
  package func workflow(_ file: String) throws(SourceFailure) -> Workflow {
    try explained("workflow \(file)") { () throws(SourceFailure) in
      try api.get("\(repository)/actions/workflows/\(file)") { Workflow($0, sites: sites) }
    }
  }

  /// The newest runs of a workflow, of all branches. The list has no filter, because GitHub answers filtered lists from a
  /// search index that lags and reorders.
  ///
  /// - Parameter isEnough: true ends the reading of further pages.
  package func runs(
    of file: String, until isEnough: ([WorkflowRun]) -> Bool
  ) throws(SourceFailure) -> [WorkflowRun] {
    var runs: [WorkflowRun] = []
    for page in 1...GitHubClient.maxPages {
      let suffix = page == 1 ? "" : "&page=\(page)"
      let path =
        "\(repository)/actions/workflows/\(file)/runs?per_page=\(GitHubClient.runsPerPage)&exclude_pull_requests=true\(suffix)"
      let list = try explained("workflow \(file)") { () throws(SourceFailure) in
        try api.get(path, limits: .list) { RunList($0, sites: sites) }
      }
      let known = Set(runs.map(\.id))
      runs += list.runs.filter { !known.contains($0.id) }
      guard !list.runs.isEmpty, page * GitHubClient.runsPerPage < list.total, !isEnough(runs) else { break }
    }
    return runs
  }

  /// A run; nil if it does not exist any more.
  package func run(_ id: Int64) throws(SourceFailure) -> WorkflowRun? {
    do throws(SourceFailure) {
      return try api.get("\(repository)/actions/runs/\(id)", limits: .list) {
        JSONObject($0).flatMap { WorkflowRun($0, sites: sites) }
      }
    } catch {
      return try absent(after: error)
    }
  }

  /// The environments that a run waits for.
  package func approvals(of run: Int64) throws(SourceFailure) -> [PendingApproval] {
    try api.get("\(repository)/actions/runs/\(run)/pending_deployments", limits: .list) { body in
      JSONObject.list(body, limit: 20)?.map(PendingApproval.init)
    }
  }

  /// The first failed job of a run; nil if no job failed, or there is none.
  package func failedJob(of run: Int64) throws(SourceFailure) -> FailedJob? {
    let found: [FailedJob] = try api.get(
      "\(repository)/actions/runs/\(run)/jobs?per_page=100", limits: .list
    ) { body in
      JSONObject(body)?.values("jobs", limit: 100, FailedJob.init)?.values
    }
    return found.first
  }

  /// The newest commit of a branch.
  package func head(of branch: String) throws(SourceFailure) -> CommitID {
    do throws(SourceFailure) {
      return try explained("branch \(branch)") { () throws(SourceFailure) in
        try api.get(
          "\(repository)/commits/\(branch.percentEncoded)", accept: "application/vnd.github.sha",
          limits: .word
        ) {
          CommitID(String(decoding: $0.prefix(64), as: UTF8.self).filter { !$0.isWhitespace })
        }
      }
    } catch {
      // "No commit found for SHA", which is the branch here.
      guard error.kind == .rejected else { throw error }
      throw SourceFailure(
        .missing, "\(repository.dropFirst("/repos/".count)) has no branch \(branch)",
        step: .init(note: "compare 'branch' under 'pipeline' in guard.yaml"))
    }
  }

  /// A commit by its name or the beginning of it; nil if there is none.
  package func commit(_ name: String) throws(SourceFailure) -> Commit? {
    do throws(SourceFailure) {
      return try api.get("\(repository)/commits/\(name.percentEncoded)", limits: .changes, isRepeated: false)
      {
        JSONObject($0).flatMap(Commit.init)
      }
    } catch {
      // For an ambiguous or unknown name.
      if error.kind == .rejected { return nil }
      return try absent(after: error)
    }
  }

  /// The commits and files that the head has and the base has not; nil if one of them is unknown, as after a force-push.
  package func compare(_ base: CommitID, with head: CommitID) throws(SourceFailure) -> Comparison? {
    guard base != head else { return .identical }
    do throws(SourceFailure) {
      return try api.get("\(repository)/compare/\(base)...\(head)", limits: .changes, isRepeated: false) {
        JSONObject($0).flatMap(Comparison.init)
      }
    } catch {
      return try absent(after: error)
    }
  }

  // MARK: - Causes of a 404

  private enum Absence {
    /// The token sees the repository, so the object does not exist.
    case object
    case repository
    /// The repository itself could not be asked for.
    case undecided
  }

  /// GitHub answers 404 for what does not exist and for what the token may not see. A request for the repository itself
  /// shows which.
  private var absence: Absence {
    do throws(SourceFailure) {
      return try api.get(repository) { JSONObject($0).map { _ in .object } }
    } catch {
      switch error.kind {
      case .missing: return .repository
      case .token, .forbidden, .rejected, .limited, .unreachable, .unreadable: return .undecided
      }
    }
  }

  private var hidden: SourceFailure {
    SourceFailure(
      .missing, "GitHub shows no repository \(name): the name is wrong, or the token has no access to it",
      step: .init(
        note: "compare 'repository' in guard.yaml, and select the repository in the settings of the token"))
  }

  private var name: Substring { repository.dropFirst("/repos/".count) }

  /// - Returns: nil if the object certainly does not exist.
  private func absent<Value>(after error: SourceFailure) throws(SourceFailure) -> Value? {
    guard error.kind == .missing else { throw error }
    switch absence {
    case .object: return nil
    case .repository: throw hidden
    case .undecided: throw error
    }
  }

  private func explained<Value>(
    _ what: String, _ ask: () throws(SourceFailure) -> Value
  ) throws(SourceFailure) -> Value {
    do throws(SourceFailure) {
      return try ask()
    } catch {
      let found: Value? = try absent(after: error)
      if let found { return found }
      throw SourceFailure(
        .missing, "\(name) has no \(what)",
        step: .init(note: "compare the names under 'pipeline' in guard.yaml"), until: error.until)
    }
  }
}

extension GitHubClient: RepositoryReader {
  package func tree(at commit: CommitID) throws(SourceFailure) -> RepositoryTree {
    try api.get("\(repository)/git/trees/\(commit)?recursive=1", limits: .tree, isRepeated: false) {
      JSONObject($0).flatMap(RepositoryTree.init)
    }
  }

  package func contents(of path: String, at commit: CommitID) throws(SourceFailure) -> [UInt8] {
    let encoded = path.split(separator: "/").map(\.percentEncoded).joined(separator: "/")
    return try api.get(
      "\(repository)/contents/\(encoded)?ref=\(commit)", accept: "application/vnd.github.raw+json",
      limits: .file, isRepeated: false
    ) { $0 }
  }

  package func target(ofLink object: String) throws(SourceFailure) -> String {
    try api.get(
      "\(repository)/git/blobs/\(object.percentEncoded)", accept: "application/vnd.github.raw+json",
      limits: .word, isRepeated: false
    ) { String(decoding: $0, as: UTF8.self) }
  }
}
