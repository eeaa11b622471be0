/// A notice: changes of a cluster's incidents that happened together.
public struct IncidentNotice: Hashable, Codable, Sendable {
  public enum Change: String, Codable, Sendable, CaseIterable {
    case opened
    /// The incident became critical after it was notified as a warning.
    case worsened
    /// The problem comes and goes. This is notified once until it is steady.
    case flapping
    case reminder
    case ended
  }

  public struct Entry: Hashable, Codable, Sendable {
    public let change: Change
    public let incident: Incident

    /// Identifies the entry in repeated deliveries, so that receivers can discard duplicates.
    public var key: String { "\(incident.id).\(incident.notices)" }

    public init(_ change: Change, _ incident: Incident) {
      self.change = change
      self.incident = incident
    }

    /// The same entry with at most `bytes` of detail.
    public func shortened(detailTo bytes: Int) -> Entry { Entry(change, incident.shortened(detailTo: bytes)) }
  }

  public let at: Timestamp
  /// Empty for the guard itself.
  public let cluster: String
  /// Worst first; never empty.
  public let entries: [Entry]
  /// Further entries that are only counted, to keep the notice short.
  public let counted: [Entry]

  public init(at: Timestamp, cluster: String, entries: [Entry], counted: [Entry] = []) {
    self.at = at
    self.cluster = cluster
    self.entries = entries
    self.counted = counted
  }

  /// The number of matching entries, listed or counted.
  public func count(where isOne: (Entry) -> Bool) -> Int {
    entries.count(where: isOne) + counted.count(where: isOne)
  }

  static func isGraver(_ first: Entry, _ second: Entry) -> Bool {
    let (a, b) = (first.incident, second.incident)
    if (first.change == .ended) != (second.change == .ended) { return second.change == .ended }
    return a.severity == b.severity ? a.subject < b.subject : a.severity == .critical
  }
}
