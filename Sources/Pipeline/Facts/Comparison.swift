/// The difference between two commits, as GitHub compares them: `compare/BASE...HEAD`.
package struct Comparison: Hashable, Sendable {
  /// The position of the head relative to the base.
  package enum Relation: String, Sendable, CaseIterable {
    case identical, ahead, behind, diverged
  }

  package let relation: Relation
  /// The number of commits that the head has and the base has not.
  package let ahead: Int
  /// The number of commits that the base has and the head has not.
  package let behind: Int
  /// Those that the head has, oldest first; at most 250.
  package let commits: [Commit]
  /// The files that differ; nil if there are more than the answer lists.
  package let files: [String]?

  package init(
    relation: Relation, ahead: Int = 0, behind: Int = 0, commits: [Commit] = [], files: [String]? = []
  ) {
    self.relation = relation
    self.ahead = ahead
    self.behind = behind
    self.commits = commits
    self.files = files
  }

  package static let identical = Comparison(relation: .identical)
}
