/// All incidents, open and past, the silences, and the notices that are due.
///
/// Pure: time is a parameter. `observe` takes observations, and `advance` returns notices. The owner of the
/// tracker calls `advance` every few seconds, saves the tracker over restarts, and delivers the notices.
public struct IncidentTracker: Hashable, Sendable {
  struct Key: Hashable, Codable, Sendable {
    let cluster: String
    let subject: String
  }

  /// Further subjects with problems are only counted, except those that are the cause of others.
  public static let largest = 10_000
  static let longestPast = 500

  let thresholds: IncidentThresholds
  private(set) var tracks: [Key: TrackedSubject] = [:]
  private(set) public var past: [Incident] = []
  private(set) public var silences: [Silence] = []
  /// Changes whenever the book has to be saved again.
  private(set) public var revision: UInt64 = 0
  /// Subjects whose state was visible in the last sighting of their cluster.
  private var seen: Set<Key> = []
  private var quietUntil: Timestamp?
  /// The number of subjects per cluster that were not tracked for lack of room at the last sighting.
  private var ignoredByCluster: [String: Int] = [:]
  /// Expired silences that `takeExpired` has not returned yet.
  private var expired: [Silence] = []

  public init(thresholds: IncidentThresholds = IncidentThresholds()) { self.thresholds = thresholds }

  // MARK: - In

  public mutating func observe(_ observation: ProblemObservation, at now: Timestamp) {
    clamp(to: now)
    let cluster = observation.cluster
    let isQuiet = isQuiet(at: now)
    // A subject is represented by its worst problem.
    var problems: [Key: Problem] = [:]
    for problem in observation.problems {
      let key = Key(cluster: cluster, subject: problem.subject)
      if let known = problems[key], known.severity == .critical || problem.severity == .warning { continue }
      problems[key] = problem
    }
    var newcomers: [Key: Problem] = [:]
    for (key, problem) in problems {
      guard tracks[key] != nil else {
        newcomers[key] = problem
        continue
      }
      seen.insert(key)
      if tracks[key]?.see(
        problem, id: observation.id(of: problem, at: now), poll: observation.poll, isQuiet: isQuiet, at: now,
        thresholds) == true
      {
        revision += 1
      }
    }
    for (key, track) in tracks where key.cluster == cluster && problems[key] == nil {
      guard
        !observation.unseen.contains(track.incident.kind),
        !observation.unseenSubjects.contains(track.incident.subject)
      else {
        seen.remove(key)
        continue
      }
      seen.insert(key)
      if tracks[key]?.miss(poll: observation.poll, isQuiet: isQuiet, at: now, thresholds) == true {
        revision += 1
      }
    }
    let isLeft = admit(newcomers, observation, at: now)
    // Subjects of this cluster that were evicted for others count as well.
    ignoredByCluster[cluster] = isLeft + problems.keys.count { tracks[$0] == nil && newcomers[$0] == nil }
  }

  /// Starts to track the newcomers, the most severe first.
  ///
  /// - Returns: the number of newcomers without room.
  private mutating func admit(
    _ newcomers: [Key: Problem], _ observation: ProblemObservation, at now: Timestamp
  ) -> Int {
    var queue = newcomers.map { (key: $0.key, problem: $0.value, rank: IncidentRank($0.value)) }
    if tracks.count + queue.count > IncidentRank.warning.places {
      queue.sort { ($1.rank, $0.key.subject) < ($0.rank, $1.key.subject) }
    }
    var leaving: [(key: Key, rank: IncidentRank)]?
    var ignored = 0
    for (key, problem, rank) in queue {
      if tracks.count >= rank.places {
        if leaving == nil { leaving = evictionOrder() }
        guard let first = leaving?.last, first.rank < rank else {
          ignored += 1
          continue
        }
        leaving?.removeLast()
        tracks[first.key] = nil
        seen.remove(first.key)
      }
      tracks[key] = TrackedSubject(
        problem, id: observation.id(of: problem, at: now), poll: observation.poll, at: now)
      seen.insert(key)
      revision += 1
    }
    return ignored
  }

  /// The tracks that can be evicted for more severe ones; the last is evicted first. Notified incidents stay,
  /// because their end must be notified.
  private func evictionOrder() -> [(key: Key, rank: IncidentRank)] {
    tracks.filter { $0.value.told == nil && $0.value.unsent == nil }.sorted {
      $1.value.isEvicted(before: $0.value)
    }
    .map { ($0.key, IncidentRank($0.value)) }
  }

  /// The number of subjects with problems that are not tracked.
  public var ignored: Int { ignoredByCluster.values.reduce(0, +) }

  /// After a sleep of the machine, nothing new is notified until everything had time to recover.
  public mutating func resume(at now: Timestamp) {
    clamp(to: now)
    quietUntil = now + thresholds.quietAfterResume
  }

  /// Ends the incidents of clusters that are no longer configured.
  ///
  /// - Parameter clusters: the configured clusters.
  public mutating func keep(_ clusters: [String], at now: Timestamp) {
    clamp(to: now)
    for key in tracks.keys where !key.cluster.isEmpty && !clusters.contains(key.cluster) {
      guard var track = tracks[key] else { continue }
      let wasOpen = track.isOpen
      track.abandon(at: now)
      if wasOpen, track.told == nil { remember(track.incident) }
      tracks[key] = track
      seen.remove(key)
      revision += 1
    }
    ignoredByCluster = ignoredByCluster.filter { $0.key.isEmpty || clusters.contains($0.key) }
  }

  public mutating func add(_ silence: Silence) {
    silences.append(silence)
    revision += 1
  }

  /// - Returns: false if there is no such silence.
  public mutating func removeSilence(id: String) -> Bool {
    guard let index = silences.firstIndex(where: { $0.id == id }) else { return false }
    silences.remove(at: index)
    revision += 1
    return true
  }

  // MARK: - Out

  /// Advances the time.
  ///
  /// - Returns: the notices that are due now, each once.
  public mutating func advance(to now: Timestamp) -> [IncidentNotice] {
    clamp(to: now)
    let over = silences.filter { $0.expiresAt <= now }
    if !over.isEmpty {
      silences.removeAll { $0.expiresAt <= now }
      expired += over
      revision += 1
    }
    let isQuiet = isQuiet(at: now)
    var due: Set<String> = []
    for key in tracks.keys {
      guard var track = tracks[key] else { continue }
      let wasOpen = track.isOpen
      if track.settle(isSeen: seen.contains(key), quietUntil: quietUntil, at: now, thresholds) {
        revision += 1
      }
      // An incident that was never notified ends without a notice.
      if wasOpen, !track.isOpen, track.told == nil { remember(track.incident) }
      let change = owed(key, track, at: now)
      // While a subject can't be seen, for example after a start of the guard, its due notice stays due.
      if change != nil || seen.contains(key) { track.note(owed: change != nil, at: now) }
      if change != nil, let since = track.owedSince, now - since >= thresholds.groupsWithin, !isQuiet {
        due.insert(key.cluster)
      }
      tracks[key] = track.isForgettable(at: now, thresholds) ? nil : track
      if tracks[key] == nil { seen.remove(key) }
    }
    return due.sorted().map { tell($0, at: now) }
  }

  /// Returns the silences that expired since the last call.
  public mutating func takeExpired() -> [Silence] {
    defer { expired = [] }
    return expired
  }

  private func owed(_ key: Key, _ track: TrackedSubject, at now: Timestamp) -> IncidentNotice.Change? {
    track.owed(
      isSeen: seen.contains(key), isSilenced: isSilenced(track.incident), at: now, thresholds)
  }

  private mutating func tell(_ cluster: String, at now: Timestamp) -> IncidentNotice {
    var entries: [IncidentNotice.Entry] = []
    for (key, track) in tracks where key.cluster == cluster {
      guard let change = owed(key, track, at: now) else { continue }
      var track = track
      let entry = track.tell(change, at: now, thresholds)
      if change == .ended { remember(entry.incident) }
      entries.append(entry)
      tracks[key] = track
    }
    revision += 1
    return IncidentNotice(at: now, cluster: cluster, entries: entries.sorted(by: IncidentNotice.isGraver))
  }

  /// Notices of an earlier run of the guard that may not have reached the channels, with the same entries and
  /// keys.
  public func unsent(at now: Timestamp) -> [IncidentNotice] {
    let entries = Dictionary(grouping: tracks.values.compactMap(\.unsentEntry), by: \.incident.cluster)
    return entries.sorted { $0.key < $1.key }.map { cluster, entries in
      IncidentNotice(at: now, cluster: cluster, entries: entries.sorted(by: IncidentNotice.isGraver))
    }
  }

  /// Records that the channels have these notices.
  public mutating func sent(_ notices: [IncidentNotice]) {
    for entry in notices.lazy.flatMap(\.entries) {
      let key = Key(cluster: entry.incident.cluster, subject: entry.incident.subject)
      guard tracks[key]?.unsentEntry?.key == entry.key else { continue }
      tracks[key]?.sent()
      revision += 1
    }
  }

  /// The state may change within seconds without a new sighting, so `advance` should be called soon.
  public var isInMotion: Bool {
    // For a subject that can't be seen, only an end can become due.
    tracks.contains { $0.value.isInMotion && (seen.contains($0.key) || !$0.value.isOpen) }
  }

  private mutating func remember(_ incident: Incident) {
    guard incident.firedAt != nil else { return }
    past.append(incident)
    past.removeFirst(max(0, past.count - IncidentTracker.longestPast))
  }

  /// The open incidents with pending ones, the worst first, then the oldest.
  public var open: [Incident] {
    tracks.values.filter(\.isOpen).map(\.incident).sorted {
      if $0.severity != $1.severity { return $0.severity == .critical }
      return ($0.since, $0.cluster, $0.subject) < ($1.since, $1.cluster, $1.subject)
    }
  }

  /// The open incidents that were notified.
  public var told: [Incident] { tracks.values.filter { $0.told != nil && $0.isOpen }.map(\.incident) }

  /// The ids of a cluster's open incidents by subject.
  public func openIDs(of cluster: String) -> [String: String] {
    tracks.reduce(into: [:]) { ids, entry in
      if entry.key.cluster == cluster, entry.value.isOpen { ids[entry.key.subject] = entry.value.incident.id }
    }
  }

  public func silence(of incident: Incident) -> Silence? { silences.first { $0.holdsBack(incident) } }

  private func isSilenced(_ incident: Incident) -> Bool { silence(of: incident) != nil }

  private func isQuiet(at now: Timestamp) -> Bool { quietUntil.map { now < $0 } ?? false }

  // MARK: - Time

  private var last: Timestamp?

  /// Moves future times back to now: after a clock was set back, nothing may wait for a time far ahead.
  private mutating func clamp(to now: Timestamp) {
    // The clock may have changed while the guard was not running.
    let mayBeAhead = last.map { now < $0 } ?? true
    last = now
    var isChanged = false
    // Silences are few and are set by clients: the clock may have been changed between two calls.
    for index in silences.indices where silences[index].clamp(to: now) { isChanged = true }
    if mayBeAhead {
      for key in tracks.keys where tracks[key]?.clamp(to: now) == true { isChanged = true }
      for index in past.indices where past[index].clamp(to: now) { isChanged = true }
      quietUntil = quietUntil.map { min($0, now + thresholds.quietAfterResume) }
    }
    if isChanged { revision += 1 }
  }
}

// MARK: - Over a restart

extension IncidentTracker: Codable {
  private enum CodingKeys: String, CodingKey { case version, tracks, past, silences }

  /// The file is of an unsupported version.
  public struct ForeignVersion: Error {}

  private static let version = 1

  /// The tracker in parts that can be encoded one at a time, because ten thousand incidents at once need much
  /// memory.
  public struct Pieces: Sendable {
    /// One subject in the tracker's own form. The most severe come first.
    public struct Track: Encodable, Sendable {
      let track: TrackedSubject

      public func shortened(detailTo bytes: Int) -> Track { Track(track: track.shortened(detailTo: bytes)) }

      public func encode(to encoder: any Encoder) throws { try track.encode(to: encoder) }
    }

    public let version = IncidentTracker.version
    public let tracks: [Track]
    public let past: [Incident]
    public let silences: [Silence]
  }

  public var pieces: Pieces {
    let sorted = tracks.values.sorted { $1.isEvicted(before: $0) }
    return Pieces(tracks: sorted.map { Pieces.Track(track: $0) }, past: past, silences: silences)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard try container.decode(Int.self, forKey: .version) == IncidentTracker.version else {
      throw ForeignVersion()
    }
    self.init()
    let kept = try container.decode([TrackedSubject].self, forKey: .tracks)
    for var track in kept.prefix(IncidentRank.cause.places) {
      track.restore(thresholds)
      tracks[Key(cluster: track.incident.cluster, subject: track.incident.subject)] = track
    }
    past = try container.decode([Incident].self, forKey: .past).suffix(IncidentTracker.longestPast)
    silences = try container.decode([Silence].self, forKey: .silences)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(IncidentTracker.version, forKey: .version)
    try container.encode(Array(tracks.values), forKey: .tracks)
    try container.encode(past, forKey: .past)
    try container.encode(silences, forKey: .silences)
  }
}
