import DemoPipeline
import Health
import PipelineSources
import TestSupport
import Testing

@testable import GuardPipeline
@testable import Pipeline

/// Which comparisons and commits are asked for, and how often.
@Suite(.blocking) struct DistanceReaderTests {
  private let demo: DemoPipeline
  private let client: GitHubClient

  init() throws {
    demo = try DemoPipeline.start()
    client = try .of(demo)
  }

  private func head() throws -> CommitID { try #require(CommitID(demo.head)) }

  /// Commits of `cloud/`, the oldest first, beginning with the present one.
  private func push(_ count: Int) throws -> [CommitID] {
    var commits = [try head()]
    for number in 1...count {
      demo.apply(.push(["cloud/\(number).yaml"]))
      commits.append(try head())
    }
    return commits
  }

  private static func filter(_ folder: String) throws -> PathFilter {
    PathFilter([try #require(PathPattern(folder: folder))])
  }

  @Test func singleCommitsAreReadOnlyIfNeeded() throws {
    let commits = try push(3)
    let pair = PipelineKnowledge.Pair(base: commits[0], head: commits[3])
    var reader = DistanceReader()
    // All files are the stage's, or none of the changed ones is.
    for filter in [PathFilter(), try Self.filter("cluster")] {
      #expect(reader.read([pair: [filter]], client) == nil)
      #expect(reader.comparisons[pair]??.ahead == 3 && reader.files.isEmpty)
    }
    #expect(reader.read([pair: [PathFilter(), try Self.filter("cloud")]], client) == nil)
    #expect(Set(reader.files.keys) == Set(commits[1...]))
    demo.clearRequests()
    #expect(reader.read([pair: [try Self.filter("cloud")]], client) == nil)
    #expect(demo.requests.isEmpty, "two commits always compare the same")
    #expect(reader.read([:], client) == nil)
    #expect(reader.comparisons.isEmpty && reader.files.isEmpty)
  }

  @Test func manyCommitsAreNotReadOneByOne() throws {
    let commits = try push(11)
    let pair = PipelineKnowledge.Pair(base: commits[0], head: commits[11])
    var reader = DistanceReader()
    #expect(reader.read([pair: [try Self.filter("cloud")]], client) == nil)
    #expect(reader.comparisons[pair]??.ahead == 11 && reader.files.isEmpty)
  }

  @Test func onePollAsksForTenComparisons() throws {
    let commits = try push(12)
    let wanted = Dictionary(
      uniqueKeysWithValues: commits.dropLast().map {
        (PipelineKnowledge.Pair(base: $0, head: commits[12]), [PathFilter()])
      })
    var reader = DistanceReader()
    #expect(reader.read(wanted, client) == nil)
    #expect(demo.requests.count == 10 && reader.comparisons.count == 10)
    #expect(reader.read(wanted, client) == nil)
    #expect(demo.requests.count == 12 && reader.comparisons.count == 12)
  }

  @Test func forgottenCommitIsDivergedAndAHiddenRepositoryIsNot() throws {
    demo.apply(.push(["cloud/"]))
    let lost = try head()
    demo.apply(.forcePush(forgets: true))
    let pair = PipelineKnowledge.Pair(base: lost, head: try head())
    var reader = DistanceReader()
    #expect(reader.read([pair: [PathFilter()]], client) == nil)
    #expect(reader.comparisons[pair] == .some(nil))
    demo.apply(.repositoryHidden)
    reader = DistanceReader()
    let fresh = PipelineKnowledge.Pair(base: try head(), head: lost)
    #expect(reader.read([fresh: [PathFilter()]], client)?.kind == .missing)
    #expect(reader.comparisons[fresh] == nil, "an access that is missing says nothing about commits")
  }
}
