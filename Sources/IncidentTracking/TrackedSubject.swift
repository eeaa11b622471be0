internal import Health

/// The state machine of one subject: healthy, pending, firing, recovering.
///
/// The subject is healthy if `incident.state == .ended` and its end was notified. It is tracked as long as
/// its recent changes count for flapping.
struct TrackedSubject: Hashable, Codable, Sendable {
  /// A problem of the current incident.
  private struct ObservedProblem: Hashable, Codable {
    var since: Timestamp
    /// True if the problem was present when the subject was last observed.
    var isPresent: Bool
  }

  private(set) var incident: Incident
  /// True if the subject had a problem when it was last observed.
  private(set) var isPresent = true
  /// The time when `isPresent` last changed: the incident's end, if no problem returns.
  private(set) var changedAt: Timestamp
  /// The number of polls since then that confirmed this state.
  private var polls = 1
  private var poll: Timestamp?
  /// The time when `polls` last increased.
  private var countedAt: Timestamp?
  /// The latest changes of `isPresent`, oldest first.
  private var changes: [Timestamp]
  /// The notified state: the highest severity, whether flapping was notified, the time of the last notice,
  /// and the time of the notice that the incident became critical.
  private(set) var notifiedSeverity: Problem.Severity?
  private var isFlappingNotified = false
  private var notifiedAt: Timestamp?
  private var worsenedAt: Timestamp?
  /// Older guards use this instead of `notifiedAt`, and can't read a file without it.
  private var remindersSent = 0
  /// The time since which a notice is due.
  private(set) var owedSince: Timestamp?
  /// The last notice, until the channels have saved it.
  private(set) var unsent: IncidentNotice.Change?
  /// The problems by id. nil only in files of older guards.
  private var problems: [String: ObservedProblem]?

  /// The names in the file, which older guards read, too.
  private enum CodingKeys: String, CodingKey {
    case incident, isPresent, changedAt, polls, poll, countedAt, changes
    case notifiedSeverity = "told"
    case isFlappingNotified = "isFlappingTold"
    case notifiedAt = "toldAt"
    case worsenedAt
    case remindersSent = "remindersTold"
    case owedSince, unsent, problems
  }

  /// Problems that are not present are dropped beyond this number.
  private static let maxProblems = 64

  init(_ problems: SubjectProblems, id: String, poll: Timestamp?, at now: Timestamp) {
    incident = Incident(id: id, of: problems.worst)
    changedAt = now
    self.poll = poll
    changes = [now]
    _ = record(problems, at: now)
  }

  var isOpen: Bool { incident.state != .ended }

  /// True if a problem that returns now continues the incident.
  var isContinued: Bool { isOpen || notifiedSeverity != nil }

  /// The time when a problem of the incident began; nil for a problem that does not belong to it.
  func begin(of problem: Problem) -> Timestamp? { isOpen ? problems?[problem.id]?.since : nil }

  /// Adds a problem that has belonged to the incident since before a restart.
  mutating func adopt(_ problem: String) {
    guard isOpen, isPresent, problems?[problem] == nil else { return }
    problems?[problem] = ObservedProblem(since: incident.since, isPresent: true)
  }

  /// Completes the state from a file of an older guard.
  mutating func restore(_ thresholds: IncidentThresholds) {
    problems = problems ?? [incident.problem: ObservedProblem(since: incident.since, isPresent: isPresent)]
    incident.notifiedSeverity = incident.notifiedSeverity ?? notifiedSeverity
    if notifiedSeverity != nil, notifiedAt == nil {
      let count = min(max(remindersSent, 0), 1000)
      notifiedAt = (incident.firedAt ?? changedAt) + thresholds.reminder(incident.severity, count)
    }
    remindersSent = 0
  }

  /// True if there is nothing left to notify or to remember.
  func isRemovable(at now: Timestamp, _ thresholds: IncidentThresholds) -> Bool {
    guard !isOpen, notifiedSeverity == nil, unsent == nil else { return false }
    let longest = thresholds.flaps.map(\.within).max() ?? .zero
    return changes.last.map { now - $0 >= longest } ?? true
  }

  // MARK: - Observation

  /// The subject was observed and has problems.
  ///
  /// - Parameter newID: makes the id if a new incident begins.
  /// - Returns: whether there is something new to save, and the ids of the problems that were not present
  ///   before.
  mutating func see(
    _ problems: SubjectProblems, newID: () -> String, poll: Timestamp?, isQuiet: Bool, at now: Timestamp,
    _ thresholds: IncidentThresholds
  ) -> (isChanged: Bool, opened: Set<String>) {
    let before = incident
    guard !isPresent else {
      let opened = record(problems, at: now)
      incident.update(problems.worst)
      let isCounted = count(poll, upTo: thresholds.firesAtPolls, at: now)
      return (isCounted || !opened.isEmpty || incident != before, opened)
    }
    turn(isPresent: true, poll: poll, isQuiet: isQuiet, at: now)
    switch incident.state {
    case .recovering: incident.state = .firing
    // Its end was not notified yet, so it continues.
    case .ended where notifiedSeverity != nil:
      incident.state = .firing
      incident.endedAt = nil
    case .ended:
      incident = Incident(id: newID(), of: problems.worst)
      unsent = nil
      self.problems = [:]
    case .pending, .firing: break
    }
    checkFlapping(at: now, thresholds)
    let opened = record(problems, at: now)
    incident.update(problems.worst)
    return (true, opened)
  }

  /// - Returns: the ids of the problems that were not present before.
  private mutating func record(_ observed: SubjectProblems, at now: Timestamp) -> Set<String> {
    var known = problems ?? [:]
    let ids = observed.ids
    for id in known.keys where !ids.contains(id) { known[id]?.isPresent = false }
    if known.count > TrackedSubject.maxProblems { known = known.filter(\.value.isPresent) }
    var opened: Set<String> = []
    for problem in observed.all where known[problem.id]?.isPresent != true {
      let since = known[problem.id]?.since ?? min(problem.since, now)
      known[problem.id] = ObservedProblem(since: since, isPresent: true)
      incident.since = min(incident.since, since)
      opened.insert(problem.id)
    }
    problems = known
    return opened
  }

  /// The subject was observed and has no problem.
  ///
  /// - Returns: whether there is something new to save.
  mutating func miss(
    poll: Timestamp?, isQuiet: Bool, at now: Timestamp, _ thresholds: IncidentThresholds
  ) -> Bool {
    guard isPresent else { return isOpen && count(poll, upTo: thresholds.endsAtPolls, at: now) }
    turn(isPresent: false, poll: poll, isQuiet: isQuiet, at: now)
    for id in (problems ?? [:]).keys { problems?[id]?.isPresent = false }
    checkFlapping(at: now, thresholds)
    switch incident.state {
    // Too short to be notified.
    case .pending: end()
    case .firing where !incident.isFlapping: incident.state = .recovering
    case .firing, .recovering, .ended: break
    }
    return true
  }

  /// The subject was interrupted until now, without an observed problem: an open incident ends no earlier.
  mutating func interrupt(poll: Timestamp?, at now: Timestamp) {
    guard isOpen, !isPresent else { return }
    changedAt = now
    polls = 1
    self.poll = poll
    countedAt = nil
  }

  private mutating func turn(isPresent: Bool, poll: Timestamp?, isQuiet: Bool, at now: Timestamp) {
    self.isPresent = isPresent
    changedAt = now
    polls = 1
    self.poll = poll
    countedAt = nil
    // Changes while everything recovers from a sleep do not count as flapping.
    guard !isQuiet else { return }
    changes.append(now)
  }

  private mutating func count(_ poll: Timestamp?, upTo enough: Int, at now: Timestamp) -> Bool {
    guard polls < enough, poll != self.poll else { return false }
    polls += 1
    self.poll = poll
    countedAt = now
    return true
  }

  private mutating func checkFlapping(at now: Timestamp, _ thresholds: IncidentThresholds) {
    changes.removeFirst(max(0, changes.count - (thresholds.flaps.map(\.changes).max() ?? 0)))
    let isFlapping = thresholds.flaps.contains { flap in
      guard changes.count >= flap.changes else { return false }
      return now - changes[changes.count - flap.changes] <= flap.within
    }
    guard isFlapping, !incident.isFlapping else { return }
    incident.isFlapping = true
    incident.state = .firing
    incident.firedAt = incident.firedAt ?? now
  }

  // MARK: - Time

  /// - Parameters:
  ///   - isSeen: the last observation of the cluster covered the subject.
  ///   - quietUntil: the time until which no new incident is notified.
  /// - Returns: whether there is something new to save.
  mutating func settle(
    isSeen: Bool, quietUntil: Timestamp?, at now: Timestamp, _ thresholds: IncidentThresholds
  ) -> Bool {
    guard isSeen else { return false }
    let age = now - changedAt
    if incident.isFlapping {
      guard age >= thresholds.steadyAfter else { return false }
      incident.isFlapping = false
      isFlappingNotified = false
      changes = []
      if !isPresent { end() }
      return true
    }
    switch incident.state {
    case .pending:
      guard quietUntil.map({ now >= $0 }) ?? true, isPresent, age >= thresholds.firesAfter,
        polls >= thresholds.polls(incident.kind, thresholds.firesAtPolls)
      else { return false }
      incident.state = .firing
      incident.firedAt = now
      owedSince = ripeSince(thresholds.firesAfter, notBefore: quietUntil, at: now)
    case .recovering:
      guard age >= thresholds.endsAfter, polls >= thresholds.polls(incident.kind, thresholds.endsAtPolls)
      else { return false }
      end()
      owedSince = ripeSince(thresholds.endsAfter, notBefore: quietUntil, at: now)
    case .firing, .ended: return false
    }
    return true
  }

  /// The time since which the thresholds have been met. It may be before `now` if the guard was not running:
  /// a guard that runs for only seconds at a time must not restart the wait in each run.
  private func ripeSince(_ age: Duration, notBefore begin: Timestamp?, at now: Timestamp) -> Timestamp {
    min(now, max(changedAt + age, countedAt ?? changedAt, begin ?? changedAt))
  }

  /// Ends the incident permanently, because the subject is no longer observed.
  mutating func abandon(at now: Timestamp) {
    if isPresent { changedAt = now }
    isPresent = false
    for id in (problems ?? [:]).keys { problems?[id]?.isPresent = false }
    changes = []
    incident.isFlapping = false
    if isOpen { end() }
  }

  /// The incident ended when its subject was first observed without a problem.
  private mutating func end() {
    incident.state = .ended
    incident.endedAt = max(changedAt, incident.since)
  }

  /// - Returns: true if one of its times was in the future.
  mutating func clamp(to now: Timestamp) -> Bool {
    var isChanged = incident.clamp(to: now)
    let before = (changedAt, owedSince, notifiedAt, worsenedAt)
    changedAt = min(changedAt, now)
    countedAt = countedAt.map { min($0, now) }
    for (id, problem) in problems ?? [:] where problem.since > now {
      problems?[id]?.since = now
      isChanged = true
    }
    owedSince = owedSince.map { min($0, now) }
    notifiedAt = notifiedAt.map { min($0, now) }
    worsenedAt = worsenedAt.map { min($0, now) }
    if before != (changedAt, owedSince, notifiedAt, worsenedAt) { isChanged = true }
    // Keep their distances, because changes at one time would count as flapping.
    if let latest = changes.max(), latest > now {
      let ahead = latest - now
      changes = changes.map { $0 > now ? $0 - ahead : $0 }.sorted()
      isChanged = true
    }
    return isChanged
  }

  // MARK: - Notices

  /// - Parameter isSeen: the last observation of the cluster covered the subject. Of an unseen subject only an end is
  ///   notified.
  func owed(
    isSeen: Bool, isSilenced: Bool, at now: Timestamp, _ thresholds: IncidentThresholds
  ) -> IncidentNotice.Change? {
    switch incident.state {
    case .ended: return notifiedSeverity == nil ? nil : .ended
    case .pending: return nil
    case .firing, .recovering: break
    }
    guard isSeen, !isSilenced else { return nil }
    guard let notifiedSeverity else { return incident.state == .firing ? .opened : nil }
    if notifiedSeverity == .warning, incident.severity == .critical { return .worsened }
    if incident.isFlapping { return isFlappingNotified ? nil : .flapping }
    return incident.state == .firing && isReminderDue(at: now, thresholds) ? .reminder : nil
  }

  mutating func setOwed(_ owed: Bool, at now: Timestamp) { owedSince = owed ? owedSince ?? now : nil }

  /// Makes the entry of a notice; from now on the change counts as notified.
  mutating func makeEntry(
    _ change: IncidentNotice.Change, at now: Timestamp, _ thresholds: IncidentThresholds
  ) -> IncidentNotice.Entry {
    owedSince = nil
    unsent = change
    incident.notices += 1
    if change != .ended {
      incident.notifiedSeverity = notifiedSeverity == .critical ? .critical : incident.severity
    }
    let entry = IncidentNotice.Entry(change, incident)
    if change == .ended {
      notifiedSeverity = nil
      isFlappingNotified = false
      notifiedAt = nil
      worsenedAt = nil
    } else {
      notifiedSeverity = incident.notifiedSeverity
      isFlappingNotified = incident.isFlapping
      notifiedAt = now
      if change == .worsened { worsenedAt = now }
    }
    return entry
  }

  /// The channels have saved the notice.
  mutating func sent() { unsent = nil }

  /// The entry of the last notice, if the channels may not have it.
  var unsentEntry: IncidentNotice.Entry? { unsent.map { IncidentNotice.Entry($0, incident) } }

  /// True if time alone may change something within seconds.
  var isInMotion: Bool {
    switch incident.state {
    case .pending, .recovering: true
    case .firing, .ended: owedSince != nil
    }
  }

  /// A copy with shorter details.
  func shortened(detailTo bytes: Int) -> TrackedSubject {
    var track = self
    track.incident = incident.shortened(detailTo: bytes)
    return track
  }

  /// Uses the schedule of the current severity. Reminders that were due while none could be sent count as
  /// one.
  private func isReminderDue(at now: Timestamp, _ thresholds: IncidentThresholds) -> Bool {
    guard let begin = worsenedAt ?? incident.firedAt, let notifiedAt,
      now - notifiedAt >= thresholds.remindsNotBefore
    else { return false }
    let due = thresholds.remindersDue(incident.severity, after: now - begin)
    return due > thresholds.remindersDue(incident.severity, after: notifiedAt - begin)
  }
}
