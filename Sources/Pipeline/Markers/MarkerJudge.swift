package import Health

/// Checks the markers again only if the files, the cluster or the time may change the verdict. It owns the memory of the
/// checks.
package struct MarkerJudge: Sendable {
  private struct Check {
    let commit: String
    let isPartial: Bool
    let question: MarkerQuestion
    let at: Timestamp
    /// nil: the verdict lasts until something changes.
    let until: Timestamp?
  }

  /// The verdict of the last check; empty before it.
  package private(set) var findings: [MarkerFinding] = []
  /// The number of checks so far.
  package private(set) var checks = 0
  private var memory: MarkerMemory
  private var last: Check?

  package init(memory: MarkerMemory = MarkerMemory()) { self.memory = memory }

  /// - Parameter tree: two trees of one commit are equal unless one of them is partial.
  package mutating func judge(_ tree: MarkedTree, of question: MarkerQuestion, at now: Timestamp) {
    if let last, last.commit == tree.commit, last.isPartial == tree.isPartial, now >= last.at,
      last.until.map({ now < $0 }) ?? true, last.question == question
    {
      return
    }
    let checked = checkMarkers(in: tree, of: question, memory: memory, now: now)
    (findings, memory) = (checked.findings, checked.memory)
    checks += 1
    last = Check(
      commit: tree.commit, isPartial: tree.isPartial, question: question, at: now, until: checked.until)
  }
}
