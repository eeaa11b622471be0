import GuardAPI
import GuardConnection
import GuardTypes

/// `wait_until`: the end of the wait.
enum WaitAnswer {
  /// - Parameters:
  ///   - status: the last one; nil if the guard did not answer.
  ///   - obstacle: nil if the goal is reached.
  static func answer(
    _ goal: String, _ status: StatusDocument?, _ obstacle: WaitGoal.Obstacle?, waited: Duration
  ) -> JSONValue {
    .fields([
      "goal": .string(goal), "reached": .bool(obstacle == nil),
      "waitedSeconds": .integer(max(0, waited.components.seconds)),
      "needsPerson": .bool(obstacle?.needsPerson ?? false),
      "verdict": (status?.verdict.rawValue).map(JSONValue.string),
      "first": obstacle == nil ? nil : (status?.problems.first).map(ProblemAnswer.json),
      "untrusted": .untrusted(["reason": .foreign(obstacle?.reason)]),
    ])
  }
}
