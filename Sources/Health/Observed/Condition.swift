/// A Kubernetes status condition (metav1.Condition and its older cousins).
public struct Condition: Hashable, Sendable {
  /// What a condition says; a server's other word is `.unknown`.
  public enum Status: String, Codable, Sendable, CaseIterable {
    case isTrue = "True"
    case isFalse = "False"
    case unknown = "Unknown"
  }

  public let type: String
  public let status: Status
  public let reason: String
  public let message: String
  public let lastTransitionTime: Timestamp?

  public init(
    type: String, status: Status, reason: String = "", message: String = "",
    lastTransitionTime: Timestamp? = nil
  ) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    self.lastTransitionTime = lastTransitionTime
  }
}

extension [Condition] {
  /// The first condition of this type, as kstatus looks it up.
  public subscript(type: String) -> Condition? { first { $0.type == type } }
}
