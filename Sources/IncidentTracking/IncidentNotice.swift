public import Health

/// A message for people: the changes of a cluster's incidents that occurred at about the same time.
public struct IncidentNotice: Hashable, Codable, Sendable {
  public enum Change: String, Codable, Sendable, CaseIterable {
    case opened
    /// The incident is critical now and was notified as a warning.
    case worsened
    /// The problem appears and disappears repeatedly. Notified once, until it is steady.
    case flapping
    case reminder
    case ended
  }

  public struct Entry: Hashable, Codable, Sendable {
    public let change: Change
    public let incident: Incident

    /// The same in every delivery of the same change, so that receivers recognize repetitions.
    public var key: String { "\(incident.id).\(incident.notices)" }

    public init(_ change: Change, _ incident: Incident) {
      self.change = change
      self.incident = incident
    }

    /// A copy with at most this many bytes of detail.
    public func shortened(detailTo bytes: Int) -> Entry { Entry(change, incident.shortened(detailTo: bytes)) }
  }

  public let at: Timestamp
  /// Empty for incidents of the guard itself.
  public let cluster: String
  /// Worst first; never empty.
  public let entries: [Entry]
  /// Further changes, which are only counted.
  public let counted: [Entry]

  public init(at: Timestamp, cluster: String, entries: [Entry], counted: [Entry] = []) {
    self.at = at
    self.cluster = cluster
    self.entries = entries
    self.counted = counted
  }

  /// The number of listed and counted entries that match.
  public func count(where isOne: (Entry) -> Bool) -> Int {
    entries.count(where: isOne) + counted.count(where: isOne)
  }

  static func isGraver(_ first: Entry, _ second: Entry) -> Bool {
    let (a, b) = (first.incident, second.incident)
    if (first.change == .ended) != (second.change == .ended) { return second.change == .ended }
    return a.severity == b.severity ? a.subject < b.subject : a.severity == .critical
  }
}
