/// How far a stage is behind the newest commit of its branch.
package struct Distance: Hashable, Sendable {
  /// The later commits that change files of the stage.
  package let behind: Int
  /// The later commits that do not.
  package let elsewhere: Int
  /// How many of all of them image automation made.
  package let automation: Int
  /// True if what the stage runs is not on the branch, because it was force-pushed.
  package let isDiverged: Bool

  package init(behind: Int = 0, elsewhere: Int = 0, automation: Int = 0, isDiverged: Bool = false) {
    self.behind = behind
    self.elsewhere = elsewhere
    self.automation = automation
    self.isDiverged = isDiverged
  }

  package static let none = Distance()

  /// - Parameters:
  ///   - comparison: from what the stage runs to the newest commit; nil: GitHub does not know one of them any more.
  ///   - filter: the files of the stage.
  ///   - files: of a commit; nil if they are not known, which counts as a change of the stage.
  ///   - isAutomation: true for the author of image automation.
  package init(
    _ comparison: Comparison?, filter: PathFilter, files: (CommitID) -> [String]?,
    isAutomation: (Commit) -> Bool
  ) {
    guard let comparison, comparison.relation != .diverged else {
      self.init(isDiverged: true)
      return
    }
    let automation = comparison.commits.count(where: isAutomation)
    guard comparison.touches(filter) else {
      self.init(elsewhere: comparison.ahead, automation: automation)
      return
    }
    guard comparison.commits.count == comparison.ahead else {
      self.init(behind: comparison.ahead, automation: automation)
      return
    }
    // A merge can change files that none of the commits that are listed one by one changes.
    let touching = max(1, comparison.commits.count { files($0.id)?.contains(where: filter.matches) ?? true })
    self.init(behind: touching, elsewhere: comparison.ahead - touching, automation: automation)
  }

  /// The number of later commits in words: `3 commits behind (+2 elsewhere)`; empty if there are none.
  package var words: String {
    if isDiverged { return "not on the branch any more" }
    let others = elsewhere > 0 ? "+\(elsewhere) elsewhere" : ""
    guard behind > 0 else { return others }
    return "\(behind) commit\(behind == 1 ? "" : "s") behind" + (others.isEmpty ? "" : " (\(others))")
  }
}

extension Comparison {
  /// True if the head has changes of these files. A list that is not complete counts as one.
  package func touches(_ filter: PathFilter) -> Bool {
    guard ahead > 0 else { return false }
    return files?.contains(where: filter.matches) ?? true
  }
}
