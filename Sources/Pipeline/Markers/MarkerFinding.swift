package import Health

/// The verdict on the markers of one policy, one file or one unknown name.
package struct MarkerFinding: Hashable, Sendable {
  /// The policy; nil if it concerns a file or an unknown name.
  package let policy: PolicyName?
  /// For a document: the place of the marker that the verdict is about, and its value.
  package let file: String?
  package let line: Int?
  package let value: String?
  package let state: State
  /// nil if nothing is wrong, or another finding explains it.
  package let problem: Problem?
  /// The id of the problem that explains it: of a marker with a wrong name, or of a skipped file.
  package let cause: String?

  package init(
    policy: PolicyName?, file: String?, line: Int?, value: String?, state: State, problem: Problem?,
    cause: String? = nil
  ) {
    self.policy = policy
    self.file = file
    self.line = line
    self.value = value
    self.state = state
    self.problem = problem
    self.cause = cause
  }

  package enum State: Hashable, Sendable {
    /// The file has the policy's image.
    case good
    /// The file does not have it yet, within the time that the automation needs.
    case pending
    /// The automation pushes to another branch, which people merge.
    case review
    /// The commit with the image is applied, and pods still run another one: a matter of the rollout, not of automation.
    case rollout
    case faulty(MarkerProblem)

    /// `good`, `pending`, `review`, `rollout`, or the code of the problem.
    package var word: String {
      switch self {
      case .good: "good"
      case .pending: "pending"
      case .review: "review"
      case .rollout: "rollout"
      case .faulty(let problem): problem.rawValue
      }
    }
  }
}
