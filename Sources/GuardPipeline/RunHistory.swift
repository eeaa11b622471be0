internal import Health
internal import Pipeline

/// The runs of the workflow that deploy the branch, from lists that may be old or end before them.
///
/// GitHub's lists lag at times, so a list that ends below the highest number that was seen proves nothing by itself. But
/// numbers also start again when a repository is created again, and a person can delete runs: then the highest run
/// does not exist any more.
struct RunHistory {
  /// A list that ends below the highest number for this long is accepted.
  private static let staleTimeLimit: Duration = .seconds(3600)
  /// In most cases the next poll gets a current list. The highest run is requested only after this time.
  private static let doubt: Duration = .seconds(50)

  /// The runs that deploy the branch, newest first.
  private(set) var runs: [WorkflowRun] = []
  /// The highest number of a run that was listed, also before a restart of the guard; 0 for none.
  private(set) var highest: Int64
  /// The id of that run; nil if it was not listed since the start.
  private var highestID: Int64?
  private var staleSince: Timestamp?
  private var hasList = false

  init(highest: Int64 = 0) { self.highest = highest }

  /// Records a list of the newest runs of all branches.
  ///
  /// - Parameters:
  ///   - isWhole: true if the workflow has no other runs.
  ///   - run: asks for one run by its id; nil if it does not exist.
  /// - Returns: why the runs are not those of the list, for people; nil if they are.
  /// - Throws: `SourceFailure` if the list may be stale and there is no earlier one, or the error of `run`.
  mutating func record(
    _ listed: [WorkflowRun], isWhole: Bool, branch: String, at now: Timestamp,
    run: (_ id: Int64) throws(SourceFailure) -> WorkflowRun?
  ) throws(SourceFailure) -> String? {
    let newest = listed.max { $0.number < $1.number }
    let number = newest?.number ?? 0
    let startsAgain = number < highest
    if startsAgain {
      let since = min(staleSince ?? now, now)
      staleSince = since
      let age = now - since
      let isDeleted =
        if age >= RunHistory.doubt, let highestID { try run(highestID) == nil } else { false }
      if !isDeleted, age < RunHistory.staleTimeLimit {
        let words =
          "GitHub's list of runs is stale: it ends at run \(number), and run \(highest) was seen before"
        guard hasList else { throw SourceFailure(.unreadable, words) }
        return words
      }
      runs = []
    }
    staleSince = nil
    hasList = true
    (highest, highestID) = (number, newest?.id)
    let own = listed.filter { $0.deploys(branch) }.sorted { $0.number > $1.number }
    guard own.isEmpty, !isWhole else {
      // The newest success may be older than all that are listed.
      let success = own.contains(where: \.isSuccess) || isWhole ? nil : runs.first(where: \.isSuccess)
      runs = own + [success].compactMap(\.self)
      return nil
    }
    // The pages are full of runs of other branches, so what was seen stays. A new attempt may have changed it.
    if let last = runs.first {
      let current = try run(last.id)
      runs = [current].compactMap(\.self) + runs.dropFirst()
    }
    return "none of the newest \(listed.count) runs is of \(branch)"
  }
}
