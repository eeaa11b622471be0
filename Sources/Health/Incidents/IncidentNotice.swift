/// What people are told: the changes of a cluster's incidents that came together.
public struct IncidentNotice: Hashable, Codable, Sendable {
  public enum Change: String, Codable, Sendable, CaseIterable {
    case opened
    /// Critical now, and told as a warning before.
    case worsened
    /// Comes and goes; told once, until it is steady.
    case flapping
    case reminder
    case ended
  }

  public struct Entry: Hashable, Codable, Sendable {
    public let change: Change
    public let incident: Incident

    /// The same for the same news, however often it is delivered: receivers tell repetitions by it.
    public var key: String { "\(incident.id).\(incident.notices)" }

    public init(_ change: Change, _ incident: Incident) {
      self.change = change
      self.incident = incident
    }
  }

  public let at: Timestamp
  /// Empty for what concerns the guard itself.
  public let cluster: String
  /// Worst first; never empty.
  public let entries: [Entry]

  public init(at: Timestamp, cluster: String, entries: [Entry]) {
    self.at = at
    self.cluster = cluster
    self.entries = entries
  }
}
