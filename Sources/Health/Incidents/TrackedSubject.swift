/// The state machine of one subject: healthy, pending, firing, recovering.
///
/// Healthy is `incident.state == .ended` with no notice due. The track is kept while its recent changes count
/// for flapping.
struct TrackedSubject: Hashable, Codable, Sendable {
  private(set) var incident: Incident
  /// The problem was there when the subject was last seen.
  private var isPresent = true
  /// The time of the last change of `isPresent`, and the number of polls since then.
  private(set) var changedAt: Timestamp
  private var polls = 1
  private var poll: Timestamp?
  /// When `polls` last grew.
  private var countedAt: Timestamp?
  /// The latest changes of `isPresent`, oldest first.
  private var changes: [Timestamp]
  /// The notices so far: the highest severity, whether flapping was notified, the time of the last notice,
  /// and the time of the notice that it is critical.
  private(set) var told: Problem.Severity?
  private var isFlappingTold = false
  private var toldAt: Timestamp?
  private var worsenedAt: Timestamp?
  /// Older guards stored this instead of `toldAt` and can't read a file without it.
  private var remindersTold = 0
  /// The time since which a notice is due.
  private(set) var owedSince: Timestamp?
  /// The last notice, until the channels have confirmed it.
  private(set) var unsent: IncidentNotice.Change?

  init(_ problem: Problem, id: String, poll: Timestamp?, at now: Timestamp) {
    incident = Incident(id: id, of: problem)
    changedAt = now
    self.poll = poll
    changes = [now]
  }

  var isOpen: Bool { incident.state != .ended }

  /// Fills in the fields that a file of an older guard lacks.
  mutating func restore(_ thresholds: IncidentThresholds) {
    incident.toldSeverity = incident.toldSeverity ?? told
    if told != nil, toldAt == nil {
      let count = min(max(remindersTold, 0), 1000)
      toldAt = (incident.firedAt ?? changedAt) + thresholds.reminder(incident.severity, count)
    }
    remindersTold = 0
  }

  /// Whether the track can be dropped: no notice is due, and no recent change counts.
  func isForgettable(at now: Timestamp, _ thresholds: IncidentThresholds) -> Bool {
    guard !isOpen, told == nil, unsent == nil else { return false }
    let longest = thresholds.flaps.map(\.within).max() ?? .zero
    return changes.last.map { now - $0 >= longest } ?? true
  }

  // MARK: - What is seen

  /// - Returns: whether anything changed that has to be saved.
  mutating func see(
    _ problem: Problem, id: String, poll: Timestamp?, isQuiet: Bool, at now: Timestamp,
    _ thresholds: IncidentThresholds
  ) -> Bool {
    let before = incident
    if !isPresent {
      turn(isPresent: true, poll: poll, isQuiet: isQuiet, at: now)
      switch incident.state {
      case .recovering: incident.state = .firing
      // Its end was not notified yet, so for the receivers it never ended.
      case .ended where told != nil:
        incident.state = .firing
        incident.endedAt = nil
      case .ended:
        incident = Incident(id: id, of: problem)
        unsent = nil
      case .pending, .firing: break
      }
      judgeFlapping(at: now, thresholds)
      incident.update(problem)
      return true
    }
    incident.update(problem)
    return count(poll, upTo: thresholds.firesAtPolls, at: now) || incident != before
  }

  /// The subject was visible and did not have the problem.
  mutating func miss(
    poll: Timestamp?, isQuiet: Bool, at now: Timestamp, _ thresholds: IncidentThresholds
  ) -> Bool {
    guard isPresent else { return isOpen && count(poll, upTo: thresholds.endsAtPolls, at: now) }
    turn(isPresent: false, poll: poll, isQuiet: isQuiet, at: now)
    judgeFlapping(at: now, thresholds)
    switch incident.state {
    // Too short to be notified.
    case .pending: end(at: now)
    case .firing where !incident.isFlapping: incident.state = .recovering
    case .firing, .recovering, .ended: break
    }
    return true
  }

  private mutating func turn(isPresent: Bool, poll: Timestamp?, isQuiet: Bool, at now: Timestamp) {
    self.isPresent = isPresent
    changedAt = now
    polls = 1
    self.poll = poll
    countedAt = nil
    // Changes while components recover from a sleep do not count as flapping.
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

  private mutating func judgeFlapping(at now: Timestamp, _ thresholds: IncidentThresholds) {
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

  // MARK: - What time does

  /// - Parameters:
  ///   - isSeen: the subject was visible in the last sighting.
  ///   - quietUntil: no new incident is notified before this time.
  /// - Returns: whether anything changed that has to be saved.
  mutating func settle(
    isSeen: Bool, quietUntil: Timestamp?, at now: Timestamp, _ thresholds: IncidentThresholds
  ) -> Bool {
    guard isSeen else { return false }
    let age = now - changedAt
    if incident.isFlapping {
      guard age >= thresholds.steadyAfter else { return false }
      incident.isFlapping = false
      isFlappingTold = false
      changes = []
      if !isPresent { end(at: now) }
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
      end(at: now)
      owedSince = ripeSince(thresholds.endsAfter, notBefore: quietUntil, at: now)
    case .firing, .ended: return false
    }
    return true
  }

  /// The time since which the thresholds are met. It can be before `now` if the guard was not running then: a
  /// guard that runs only for seconds at a time must not start the grouping delay anew each time.
  private func ripeSince(_ age: Duration, notBefore begin: Timestamp?, at now: Timestamp) -> Timestamp {
    min(now, max(changedAt + age, countedAt ?? changedAt, begin ?? changedAt))
  }

  /// Ends the incident because the subject is no longer watched.
  mutating func abandon(at now: Timestamp) {
    isPresent = false
    changes = []
    incident.isFlapping = false
    if isOpen { end(at: now) }
  }

  private mutating func end(at now: Timestamp) {
    incident.state = .ended
    incident.endedAt = now
  }

  /// - Returns: whether any of its times were in the future.
  mutating func clamp(to now: Timestamp) -> Bool {
    var isChanged = incident.clamp(to: now)
    let before = (changedAt, owedSince, toldAt, worsenedAt)
    changedAt = min(changedAt, now)
    countedAt = countedAt.map { min($0, now) }
    owedSince = owedSince.map { min($0, now) }
    toldAt = toldAt.map { min($0, now) }
    worsenedAt = worsenedAt.map { min($0, now) }
    if before != (changedAt, owedSince, toldAt, worsenedAt) { isChanged = true }
    // Keep the distances between the changes: all at one time would count as flapping.
    if let latest = changes.max(), latest > now {
      let ahead = latest - now
      changes = changes.map { $0 > now ? $0 - ahead : $0 }.sorted()
      isChanged = true
    }
    return isChanged
  }

  // MARK: - What there is to tell

  /// - Parameter isSeen: the subject was visible in the last sighting. If it was not, there is no alarm; an
  ///   end was either seen, or the subject is no longer watched.
  func owed(
    isSeen: Bool, isSilenced: Bool, at now: Timestamp, _ thresholds: IncidentThresholds
  ) -> IncidentNotice.Change? {
    switch incident.state {
    case .ended: return told == nil ? nil : .ended
    case .pending: return nil
    case .firing, .recovering: break
    }
    guard isSeen, !isSilenced else { return nil }
    guard let told else { return incident.state == .firing ? .opened : nil }
    if told == .warning, incident.severity == .critical { return .worsened }
    if incident.isFlapping { return isFlappingTold ? nil : .flapping }
    return incident.state == .firing && isReminderDue(at: now, thresholds) ? .reminder : nil
  }

  mutating func note(owed: Bool, at now: Timestamp) { owedSince = owed ? owedSince ?? now : nil }

  /// Returns the entry of a notice and records it as notified.
  mutating func tell(
    _ change: IncidentNotice.Change, at now: Timestamp, _ thresholds: IncidentThresholds
  ) -> IncidentNotice.Entry {
    owedSince = nil
    unsent = change
    incident.notices += 1
    if change != .ended { incident.toldSeverity = told == .critical ? .critical : incident.severity }
    let entry = IncidentNotice.Entry(change, incident)
    if change == .ended {
      told = nil
      isFlappingTold = false
      toldAt = nil
      worsenedAt = nil
    } else {
      told = incident.toldSeverity
      isFlappingTold = incident.isFlapping
      toldAt = now
      if change == .worsened { worsenedAt = now }
    }
    return entry
  }

  /// Records that the channels have the notice.
  mutating func sent() { unsent = nil }

  /// The entry of an earlier run of the guard that may not have reached the channels.
  var unsentEntry: IncidentNotice.Entry? { unsent.map { IncidentNotice.Entry($0, incident) } }

  /// The state may change within seconds without a new sighting.
  var isInMotion: Bool {
    switch incident.state {
    case .pending, .recovering: true
    case .firing, .ended: owedSince != nil
    }
  }

  /// The same track with shorter details.
  func shortened(detailTo bytes: Int) -> TrackedSubject {
    var track = self
    track.incident = incident.shortened(detailTo: bytes)
    return track
  }

  /// Uses the schedule of the current severity. Reminders that became due while none could be sent count as
  /// one.
  private func isReminderDue(at now: Timestamp, _ thresholds: IncidentThresholds) -> Bool {
    guard let begin = worsenedAt ?? incident.firedAt, let toldAt,
      now - toldAt >= thresholds.remindsNotBefore
    else { return false }
    let due = thresholds.remindersDue(incident.severity, after: now - begin)
    return due > thresholds.remindersDue(incident.severity, after: toldAt - begin)
  }
}
