internal import Health
internal import Pipeline
internal import PipelineSources

/// Compares what stages run with the newest commits, with a memory: two commits always compare the same.
struct DistanceReader {
  /// The comparisons that are needed, and the filters of the stages that need it.
  typealias Wanted = [PipelineKnowledge.Pair: [PathFilter]]

  /// The most comparisons and single commits that one poll asks for. The next poll asks for the others.
  private static let comparisonsPerPoll = 10
  private static let commitsPerPoll = 10
  /// Commits are looked at one by one if there are not more than this.
  private static let maxSingleCommits = 10

  private(set) var comparisons: [PipelineKnowledge.Pair: Comparison?] = [:]
  private(set) var files: [CommitID: [String]] = [:]
  /// Commits with more files than GitHub lists. They are not asked for again.
  private var unlisted: Set<CommitID> = []

  /// Reads what is missing, and drops what is no longer needed.
  ///
  /// - Returns: nil, or why something could not be read.
  mutating func read(_ wanted: Wanted, _ client: GitHubClient) -> SourceFailure? {
    comparisons = comparisons.filter { wanted[$0.key] != nil }
    var asked = 0
    do throws(SourceFailure) {
      for pair in wanted.keys.sorted(by: {
        ($0.base.description, $0.head.description) < ($1.base.description, $1.head.description)
      })
      where (comparisons[pair] ?? nil) == nil {
        guard asked < DistanceReader.comparisonsPerPoll else { break }
        asked += 1
        comparisons[pair] = .some(try client.compare(pair.base, with: pair.head))
      }
      try readCommits(wanted, client)
    } catch {
      return error
    }
    return nil
  }

  /// Only the single commits show which of them change a stage's files.
  private mutating func readCommits(_ wanted: Wanted, _ client: GitHubClient) throws(SourceFailure) {
    var needed: [CommitID] = []
    for (pair, filters) in wanted {
      guard let comparison = comparisons[pair] ?? nil, comparison.relation == .ahead,
        (2...DistanceReader.maxSingleCommits).contains(comparison.ahead),
        comparison.commits.count == comparison.ahead,
        filters.contains(where: { !$0.isEmpty && comparison.touches($0) })
      else { continue }
      needed += comparison.commits.map(\.id)
    }
    let known = Set(needed)
    files = files.filter { known.contains($0.key) }
    unlisted.formIntersection(known)
    let open = needed.filter { files[$0] == nil && !unlisted.contains($0) }
    for id in open.prefix(DistanceReader.commitsPerPoll) where files[id] == nil {
      if let list = try client.commit(id.description)?.files {
        files[id] = list
      } else {
        unlisted.insert(id)
      }
    }
  }
}
