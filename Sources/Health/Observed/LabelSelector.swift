/// metav1.LabelSelector: every requirement must hold.
public struct LabelSelector: Hashable, Sendable {
  public struct Requirement: Hashable, Sendable {
    public let key: String
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`
    public let requirement: String
    public let values: [String]

    public init(key: String, requirement: String, values: [String] = []) {
      self.key = key
      self.requirement = requirement
      self.values = values
    }
  }

  public let labels: [String: String]
  public let requirements: [Requirement]

  public init(labels: [String: String] = [:], requirements: [Requirement] = []) {
    self.labels = labels
    self.requirements = requirements
  }

  public func matches(_ own: [String: String]) -> Bool {
    labels.allSatisfy { own[$0.key] == $0.value }
      && requirements.allSatisfy { wanted in
        let value = own[wanted.key]
        return switch wanted.requirement {
        case "In": value.map(wanted.values.contains) ?? false
        case "NotIn": value.map { !wanted.values.contains($0) } ?? true
        case "Exists": value != nil
        case "DoesNotExist": value == nil
        default: false
        }
      }
  }
}
