public import Health

/// All incidents, open and past, and the silences: the only place that issues incident ids and decides when an incident
/// begins and ends. The journal, the alert channels, `incidents`, `history` and `report` show its decisions.
///
/// An incident covers all problems of one subject, so a change of cause is one incident.
/// - It begins at the `since` of its first problem, which may be long before the guard saw it. A problem of the same
///   subject with an earlier `since` moves the start back.
/// - It ends when its subject was first observed without a problem, provided that no problem returns: within 30 s and
///   two polls, or while it is flapping. A problem that returns in time continues the incident with its start.
/// - If a subject can't be observed, its problems neither end nor restart: the incident does not change until
///   the subject can be observed again.
///
/// Pure: time and ids are inputs. `observe` takes observations and returns the events for the journal.
/// `advance` returns the due notices and has to be called every few seconds. The owner saves the tracker and
/// delivers the notices.
public struct IncidentTracker: Sendable {
  struct Key: Hashable, Codable, Sendable {
    let cluster: String
    let subject: String
  }

  /// An id that was issued before the subject's problem was observed.
  struct IssuedID: Hashable, Codable, Sendable {
    let id: String
    let kind: Problem.Kind
  }

  /// The limit of tracked subjects. Further ones are only counted, except for causes of other problems.
  public static let largest = 10_000
  static let longestPast = 500

  /// Creates the id of a new incident. Ids are never reused, because receivers would treat the notices as
  /// repetitions.
  public var makeID: @Sendable () -> String = { String(UInt64.random(in: .min ... .max), radix: 16) }

  let thresholds: IncidentThresholds
  var subjects: [Key: TrackedSubject] = [:]
  var issued: [Key: IssuedID] = [:]
  public internal(set) var past: [Incident] = []
  public internal(set) var silences: [Silence] = []
  /// Changes whenever there is something new to save.
  public internal(set) var revision: UInt64 = 0
  /// The subjects that the last observation of their cluster covered.
  private var seen: Set<Key> = []
  private var quietUntil: Timestamp?
  /// The number of each cluster's subjects that exceeded the limit in its last observation.
  private var ignoredByCluster: [String: Int] = [:]
  /// Silences that expired and were not yet returned by `drainExpired`.
  private var expired: [Silence] = []
  /// The time of the last call.
  private var last: Timestamp?

  public init(thresholds: IncidentThresholds = IncidentThresholds()) { self.thresholds = thresholds }

  // MARK: - Input

  @discardableResult
  public mutating func observe(_ observation: ProblemObservation, at now: Timestamp) -> IncidentUpdate {
    clamp(to: now)
    let cluster = observation.cluster
    let isQuiet = isQuiet(at: now)
    var problems: [Key: SubjectProblems] = [:]
    for problem in observation.problems {
      let key = Key(cluster: cluster, subject: problem.subject)
      if problems[key]?.add(problem) == nil { problems[key] = SubjectProblems(problem) }
    }
    var added: [Key: SubjectProblems] = [:]
    var opened: [Key: Set<String>] = [:]
    for (key, problems) in problems {
      guard var subject = subjects.removeValue(forKey: key) else {
        added[key] = problems
        continue
      }
      seen.insert(key)
      let (isChanged, new) = subject.see(
        problems, newID: { nextID(of: key) }, poll: observation.poll, isQuiet: isQuiet, at: now, thresholds)
      subjects[key] = subject
      if !new.isEmpty { opened[key] = new }
      if isChanged { revision += 1 }
    }
    let closed = miss(observation, except: problems, isQuiet: isQuiet, at: now)
    lapse(observation, except: problems)
    for key in admit(added, poll: observation.poll, at: now) {
      opened[key] = problems[key]?.ids
    }
    // Includes subjects that were removed in favor of others of this cluster.
    ignoredByCluster[cluster] = problems.keys.count { subjects[$0] == nil }
    return update(observation, opened, closed, at: now)
  }

  /// Updates the tracked subjects of the cluster that no longer have a problem.
  private mutating func miss(
    _ observation: ProblemObservation, except problems: [Key: SubjectProblems], isQuiet: Bool,
    at now: Timestamp
  ) -> [Incident] {
    var closed: [Incident] = []
    for (key, known) in subjects where key.cluster == observation.cluster && problems[key] == nil {
      guard observation.covers(known.incident.kind, key.subject) else {
        seen.remove(key)
        continue
      }
      seen.insert(key)
      var subject = known
      // An interruption ended before its problem was observed.
      if issued[key] != nil { subject.interrupt(poll: observation.poll, at: now) }
      let isChanged = subject.miss(poll: observation.poll, isQuiet: isQuiet, at: now, thresholds)
      subjects[key] = subject
      if isChanged || subject != known { revision += 1 }
      if known.isPresent { closed.append(subject.incident) }
    }
    return closed.sorted { $0.problem < $1.problem }
  }

  /// Removes issued ids that are no longer needed.
  private mutating func lapse(_ observation: ProblemObservation, except problems: [Key: SubjectProblems]) {
    for (key, entry) in issued where key.cluster == observation.cluster {
      guard problems[key] != nil || observation.covers(entry.kind, key.subject) else { continue }
      // A problem that is not tracked keeps its id.
      guard problems[key] == nil || subjects[key] != nil else { continue }
      issued[key] = nil
      revision += 1
    }
  }

  private func update(
    _ observation: ProblemObservation, _ opened: [Key: Set<String>], _ closed: [Incident], at now: Timestamp
  ) -> IncidentUpdate {
    var events: [IncidentEvent] = []
    var begins: [String: Timestamp] = [:]
    for problem in observation.problems {
      let key = Key(cluster: observation.cluster, subject: problem.subject)
      guard let subject = subjects[key] else { continue }
      if opened[key]?.contains(problem.id) == true {
        events.append(.problemOpened(problem, subject.incident))
      }
      if let begin = subject.begin(of: problem), begin != problem.since { begins[problem.id] = begin }
    }
    return IncidentUpdate(events: events + closed.map { .problemClosed($0, at: now) }, begins: begins)
  }

  /// Admits new subjects, the most severe first.
  ///
  /// - Returns: the admitted subjects.
  private mutating func admit(
    _ added: [Key: SubjectProblems], poll: Timestamp?, at now: Timestamp
  ) -> [Key] {
    var queue = added.map { (key: $0.key, problems: $0.value, rank: IncidentRank($0.value.worst)) }
    if subjects.count + queue.count > IncidentRank.warning.places {
      queue.sort { ($1.rank, $0.key.subject) < ($0.rank, $1.key.subject) }
    }
    var leaving: [(key: Key, rank: IncidentRank)]?
    var admitted: [Key] = []
    for (key, problems, rank) in queue {
      if subjects.count >= rank.places {
        if leaving == nil { leaving = removable() }
        guard let first = leaving?.last, first.rank < rank else { continue }
        leaving?.removeLast()
        subjects[first.key] = nil
        seen.remove(first.key)
      }
      subjects[key] = TrackedSubject(problems, id: nextID(of: key), poll: poll, at: now)
      seen.insert(key)
      admitted.append(key)
      revision += 1
    }
    return admitted
  }

  /// Subjects that may be removed in favor of more severe ones; the last element is removed first. A notified
  /// incident stays, because its end has to be notified.
  private func removable() -> [(key: Key, rank: IncidentRank)] {
    subjects.filter { $0.value.notifiedSeverity == nil && $0.value.unsent == nil }.sorted {
      $1.value.isEvicted(before: $0.value)
    }
    .map { ($0.key, IncidentRank($0.value)) }
  }

  /// The number of subjects with problems that exceed the limit.
  public var ignored: Int { ignoredByCluster.values.reduce(0, +) }

  /// The machine slept. No new incident is notified until everything has had time to recover.
  public mutating func resume(at now: Timestamp) {
    clamp(to: now)
    quietUntil = now + thresholds.quietAfterResume
  }

  /// Ends the incidents of clusters that are not in the configuration any more.
  ///
  /// - Parameter clusters: those of the configuration.
  @discardableResult
  public mutating func retain(clusters: [String], at now: Timestamp) -> [IncidentEvent] {
    clamp(to: now)
    var closed: [Incident] = []
    for key in subjects.keys where !key.cluster.isEmpty && !clusters.contains(key.cluster) {
      guard var subject = subjects[key] else { continue }
      let (wasOpen, wasPresent) = (subject.isOpen, subject.isPresent)
      subject.abandon(at: now)
      if wasOpen, subject.notifiedSeverity == nil { archive(subject.incident) }
      if wasPresent { closed.append(subject.incident) }
      subjects[key] = subject
      seen.remove(key)
      revision += 1
    }
    issued = issued.filter { $0.key.cluster.isEmpty || clusters.contains($0.key.cluster) }
    ignoredByCluster = ignoredByCluster.filter { $0.key.isEmpty || clusters.contains($0.key) }
    return closed.sorted { $0.problem < $1.problem }.map { .problemClosed($0, at: now) }
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

  // MARK: - Ids

  /// The id of the subject's incident, for an entry that is written before the subject's problem is observed.
  ///
  /// Issues a new id if no incident is open. The subject's next problem uses it; it lapses if the subject is
  /// observed without a problem.
  public mutating func issueID(of subject: String, _ kind: Problem.Kind, in cluster: String) -> String {
    let key = Key(cluster: cluster, subject: subject)
    if let id = currentID(of: subject, in: cluster) { return id }
    let open = subjects[key].flatMap { $0.isContinued ? $0.incident.id : nil }
    let entry = IssuedID(id: open ?? makeID(), kind: kind)
    issued[key] = entry
    revision += 1
    return entry.id
  }

  /// The id of the incident to which the subject's current problem, or an interruption, belongs.
  public func currentID(of subject: String, in cluster: String) -> String? {
    let key = Key(cluster: cluster, subject: subject)
    if let entry = issued[key] { return entry.id }
    guard let subject = subjects[key], subject.isOpen, subject.isPresent else { return nil }
    return subject.incident.id
  }

  private func nextID(of key: Key) -> String { issued[key]?.id ?? makeID() }

  // MARK: - Output

  /// Advances the time.
  ///
  /// - Returns: the notices that are due, each once.
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
    for key in subjects.keys {
      guard var subject = subjects[key] else { continue }
      let wasOpen = subject.isOpen
      if subject.settle(isSeen: seen.contains(key), quietUntil: quietUntil, at: now, thresholds) {
        revision += 1
      }
      // The end of an incident that was not notified is not notified either.
      if wasOpen, !subject.isOpen, subject.notifiedSeverity == nil { archive(subject.incident) }
      let change = owed(key, subject, at: now)
      // The due notice of an unseen subject is not changed. After a start of the guard, all subjects are
      // unseen.
      if change != nil || seen.contains(key) { subject.setOwed(change != nil, at: now) }
      if change != nil, let since = subject.owedSince, now - since >= thresholds.groupsWithin, !isQuiet {
        due.insert(key.cluster)
      }
      subjects[key] = subject.isRemovable(at: now, thresholds) ? nil : subject
      if subjects[key] == nil { seen.remove(key) }
    }
    return due.sorted().map { makeNotice(of: $0, at: now) }
  }

  /// Returns the silences that expired since the last call.
  public mutating func drainExpired() -> [Silence] {
    defer { expired = [] }
    return expired
  }

  private func owed(_ key: Key, _ subject: TrackedSubject, at now: Timestamp) -> IncidentNotice.Change? {
    subject.owed(
      isSeen: seen.contains(key), isSilenced: isSilenced(subject.incident), at: now, thresholds)
  }

  private mutating func makeNotice(of cluster: String, at now: Timestamp) -> IncidentNotice {
    var entries: [IncidentNotice.Entry] = []
    for (key, subject) in subjects where key.cluster == cluster {
      guard let change = owed(key, subject, at: now) else { continue }
      var subject = subject
      let entry = subject.makeEntry(change, at: now, thresholds)
      if change == .ended { archive(entry.incident) }
      entries.append(entry)
      subjects[key] = subject
    }
    revision += 1
    return IncidentNotice(at: now, cluster: cluster, entries: entries.sorted(by: IncidentNotice.isGraver))
  }

  /// Notices from before a restart that the channels may not have: the same entries with the same keys.
  public func unsent(at now: Timestamp) -> [IncidentNotice] {
    let entries = Dictionary(grouping: subjects.values.compactMap(\.unsentEntry), by: \.incident.cluster)
    return entries.sorted { $0.key < $1.key }.map { cluster, entries in
      IncidentNotice(at: now, cluster: cluster, entries: entries.sorted(by: IncidentNotice.isGraver))
    }
  }

  /// The channels have saved these notices.
  public mutating func sent(_ notices: [IncidentNotice]) {
    for entry in notices.lazy.flatMap(\.entries) {
      let key = Key(cluster: entry.incident.cluster, subject: entry.incident.subject)
      guard subjects[key]?.unsentEntry?.key == entry.key else { continue }
      subjects[key]?.sent()
      revision += 1
    }
  }

  /// True if time alone may change something within seconds: `advance` should be called soon.
  public var isInMotion: Bool {
    // An unseen incident can only end.
    subjects.contains { $0.value.isInMotion && (seen.contains($0.key) || !$0.value.isOpen) }
  }

  private mutating func archive(_ incident: Incident) {
    guard incident.firedAt != nil else { return }
    past.append(incident)
    past.removeFirst(max(0, past.count - IncidentTracker.longestPast))
  }

  /// Includes pending incidents. The most severe come first, then the oldest.
  public var open: [Incident] {
    subjects.values.filter(\.isOpen).map(\.incident).sorted {
      if $0.severity != $1.severity { return $0.severity == .critical }
      return ($0.since, $0.cluster, $0.subject) < ($1.since, $1.cluster, $1.subject)
    }
  }

  /// Open incidents that were notified.
  public var notified: [Incident] {
    subjects.values.filter { $0.notifiedSeverity != nil && $0.isOpen }.map(\.incident)
  }

  public func silence(of incident: Incident) -> Silence? { silences.first { $0.holdsBack(incident) } }

  private func isSilenced(_ incident: Incident) -> Bool { silence(of: incident) != nil }

  private func isQuiet(at now: Timestamp) -> Bool { quietUntil.map { now < $0 } ?? false }

  // MARK: - Time

  /// Moves stored times out of the future: after the clock was set back, nothing must wait for a distant
  /// time.
  private mutating func clamp(to now: Timestamp) {
    // The clock may have changed while the guard was not running.
    let mayBeAhead = last.map { now < $0 } ?? true
    last = now
    var isChanged = false
    // Always check silences, because there are few and requests set them: the clock may have jumped forward
    // and back between two calls.
    for index in silences.indices where silences[index].clamp(to: now) { isChanged = true }
    if mayBeAhead {
      for key in subjects.keys where subjects[key]?.clamp(to: now) == true { isChanged = true }
      for index in past.indices where past[index].clamp(to: now) { isChanged = true }
      quietUntil = quietUntil.map { min($0, now + thresholds.quietAfterResume) }
    }
    if isChanged { revision += 1 }
  }
}
