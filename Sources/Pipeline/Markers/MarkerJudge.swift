package import Health

/// Checks the markers again only if the files, the cluster or the time may change the verdict. It owns the history of the
/// checks.
package struct MarkerJudge: Sendable {
  private struct Check {
    let commit: String
    let isPartial: Bool
    let input: MarkerInput
    let at: Timestamp
    /// nil: the verdict lasts until something changes.
    let until: Timestamp?
  }

  /// The verdict of the last check; empty before it.
  package private(set) var findings: [MarkerFinding] = []
  /// The number of checks so far.
  package private(set) var checks = 0
  private var history: MarkerHistory
  private var last: Check?

  package init(history: MarkerHistory = MarkerHistory()) { self.history = history }

  /// - Parameter tree: two trees of one commit are equal unless one of them is partial.
  package mutating func judge(_ tree: MarkedTree, of input: MarkerInput, at now: Timestamp) {
    if let last, last.commit == tree.commit, last.isPartial == tree.isPartial, now >= last.at,
      last.until.map({ now < $0 }) ?? true, last.input == input
    {
      return
    }
    let checked = checkMarkers(in: tree, of: input, history: history, now: now)
    (findings, history) = (checked.findings, checked.history)
    checks += 1
    last = Check(
      commit: tree.commit, isPartial: tree.isPartial, input: input, at: now, until: checked.until)
  }
}
