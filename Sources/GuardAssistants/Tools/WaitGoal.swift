package import GuardAPI
import GuardConnection

/// A state that `wait_until` waits for. `oceanid-ctl wait` decides whether it is reached, so both agree.
package struct WaitGoal: Sendable {
  /// Why the goal is not reached.
  package struct Obstacle: Hashable, Sendable {
    package let reason: String
    /// True if it stays until a person acts.
    package let needsPerson: Bool

    package init(reason: String, needsPerson: Bool) {
      self.reason = reason
      self.needsPerson = needsPerson
    }
  }

  static let names = ["healthy", "tunnel", "api"]
  /// In seconds.
  static let usualTimeout = 45

  package let name: String
  /// nil if the goal is reached.
  package let obstacle: @Sendable (StatusDocument) -> Obstacle?

  /// - Parameter name: one of `names`.
  package init(name: String, obstacle: @escaping @Sendable (StatusDocument) -> Obstacle?) {
    self.name = name
    self.obstacle = obstacle
  }
}
