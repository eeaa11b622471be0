public import Health

// The format in which a tracker is saved for a restart.
extension IncidentTracker: Codable {
  private enum CodingKeys: String, CodingKey { case version, tracks, issued, past, silences }

  /// The file has a version that this guard does not know.
  public struct ForeignVersion: Error {}

  private static let version = 1

  /// The tracker in parts that can be encoded one at a time, because encoding ten thousand incidents at once
  /// takes much memory.
  public struct Pieces: Sendable {
    /// One tracked subject.
    public struct Track: Encodable, Sendable {
      let subject: TrackedSubject

      public func shortened(detailTo bytes: Int) -> Track {
        Track(subject: subject.shortened(detailTo: bytes))
      }

      public func encode(to encoder: any Encoder) throws { try subject.encode(to: encoder) }
    }

    /// An id that was issued before its problem was observed.
    public struct Issued: Hashable, Codable, Sendable {
      let key: Key
      let entry: IssuedID
    }

    public let version = IncidentTracker.version
    /// The most severe come first.
    public let tracks: [Track]
    public let issued: [Issued]
    public let past: [Incident]
    public let silences: [Silence]
  }

  public var pieces: Pieces {
    let sorted = subjects.values.sorted { $1.isEvicted(before: $0) }
    return Pieces(
      tracks: sorted.map { Pieces.Track(subject: $0) },
      issued: issued.map { Pieces.Issued(key: $0.key, entry: $0.value) }, past: past, silences: silences)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard try container.decode(Int.self, forKey: .version) == IncidentTracker.version else {
      throw ForeignVersion()
    }
    self.init()
    let kept = try container.decode([TrackedSubject].self, forKey: .tracks)
    for var subject in kept.prefix(IncidentRank.cause.places) {
      subject.restore(thresholds)
      subjects[Key(cluster: subject.incident.cluster, subject: subject.incident.subject)] = subject
    }
    // Files of older guards have none.
    for item in try container.decodeIfPresent([Pieces.Issued].self, forKey: .issued) ?? [] {
      issued[item.key] = item.entry
    }
    past = try container.decode([Incident].self, forKey: .past).suffix(IncidentTracker.longestPast)
    silences = try container.decode([Silence].self, forKey: .silences)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(IncidentTracker.version, forKey: .version)
    try container.encode(Array(subjects.values), forKey: .tracks)
    try container.encode(pieces.issued, forKey: .issued)
    try container.encode(past, forKey: .past)
    try container.encode(silences, forKey: .silences)
  }
}

// State that former versions saved in other files.
extension IncidentTracker {
  /// Adopts the state that older guards saved with a cluster's journal: the open problems that have an entry,
  /// by id, with their subjects.
  public mutating func adopt(_ openProblems: [String: String], of cluster: String) {
    for (problem, subject) in openProblems {
      subjects[Key(cluster: cluster, subject: subject)]?.adopt(problem)
    }
    revision += 1
  }

  /// Adopts the id of an outage without an observed problem.
  public mutating func adopt(id: String, of subject: String, _ kind: Problem.Kind, in cluster: String) {
    guard currentID(of: subject, in: cluster) == nil else { return }
    issued[Key(cluster: cluster, subject: subject)] = IssuedID(id: id, kind: kind)
    revision += 1
  }
}
