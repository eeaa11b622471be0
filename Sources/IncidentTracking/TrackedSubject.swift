public import Health

/// The state machine of one subject: well, pending, firing, recovering.
///
/// Well is `incident.state == .ended`, with nothing left to tell; it is kept while its recent changes count.
struct TrackedSubject: Hashable, Codable, Sendable {
  private(set) var incident: Incident
  /// The problem was there when the subject was last seen.
  private var isPresent = true
  /// When that last changed, and in how many polls since it was seen to be so.
  private(set) var changedAt: Timestamp
  private var polls = 1
  private var poll: Timestamp?
  /// When `polls` last grew.
  private var countedAt: Timestamp?
  /// The latest changes of presence, oldest first.
  private var changes: [Timestamp]
  /// What people were told: the worst severity, that it flaps, when they last heard of it, and when that it is
  /// critical now.
  private(set) var told: Problem.Severity?
  private var isFlappingTold = false
  private var toldAt: Timestamp?
  private var worsenedAt: Timestamp?
  /// Older guards kept that in place of `toldAt`, and can't read a file without it.
  private var remindersTold = 0
  /// Since when there is something to tell.
  private(set) var owedSince: Timestamp?
  /// The notice that was made of it, while nothing says that the channels have it.
  private(set) var unsent: IncidentNotice.Change?

  init(_ problem: Problem, id: String, poll: Timestamp?, at now: Timestamp) {
    incident = Incident(id: id, of: problem)
    changedAt = now
    self.poll = poll
    changes = [now]
  }

  var isOpen: Bool { incident.state != .ended }

  /// Completes what a file of an older guard says.
  mutating func restore(_ thresholds: IncidentThresholds) {
    incident.toldSeverity = incident.toldSeverity ?? told
    if told != nil, toldAt == nil {
      let count = min(max(remindersTold, 0), 1000)
      toldAt = (incident.firedAt ?? changedAt) + thresholds.reminder(incident.severity, count)
    }
    remindersTold = 0
  }

  /// There is nothing more to tell or to remember of it.
  func isForgettable(at now: Timestamp, _ thresholds: IncidentThresholds) -> Bool {
    guard !isOpen, told == nil, unsent == nil else { return false }
    let longest = thresholds.flaps.map(\.within).max() ?? .zero
    return changes.last.map { now - $0 >= longest } ?? true
  }

  // MARK: - What is seen

  /// - Returns: whether anything changed that has to be kept.
  mutating func see(
    _ problem: Problem, id: String, poll: Timestamp?, isQuiet: Bool, at now: Timestamp,
    _ thresholds: IncidentThresholds
  ) -> Bool {
    let before = incident
    if !isPresent {
      turn(isPresent: true, poll: poll, isQuiet: isQuiet, at: now)
      switch incident.state {
      case .recovering: incident.state = .firing
      // Its end was not told yet: for everybody else it was never over.
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

  /// The subject was looked at, and the problem is not there.
  mutating func miss(
    poll: Timestamp?, isQuiet: Bool, at now: Timestamp, _ thresholds: IncidentThresholds
  ) -> Bool {
    guard isPresent else { return isOpen && count(poll, upTo: thresholds.endsAtPolls, at: now) }
    turn(isPresent: false, poll: poll, isQuiet: isQuiet, at: now)
    judgeFlapping(at: now, thresholds)
    switch incident.state {
    // So short that nobody is told.
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
    // What goes to and fro while everything comes back from a sleep is no flapping.
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
  ///   - isSeen: the last look at the cluster could tell of the subject.
  ///   - quietUntil: until when nothing new is told.
  /// - Returns: whether anything changed that has to be kept.
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

  /// Since when the thresholds have been met. That is before `now` where the guard was not running then: one that lives
  /// for seconds at a time must not wait for its neighbours anew in each life.
  private func ripeSince(_ age: Duration, notBefore begin: Timestamp?, at now: Timestamp) -> Timestamp {
    min(now, max(changedAt + age, countedAt ?? changedAt, begin ?? changedAt))
  }

  /// Ends it for good: nobody looks at the subject any more.
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

  /// - Returns: whether any of its times lay in the future.
  mutating func clamp(to now: Timestamp) -> Bool {
    var isChanged = incident.clamp(to: now)
    let before = (changedAt, owedSince, toldAt, worsenedAt)
    changedAt = min(changedAt, now)
    countedAt = countedAt.map { min($0, now) }
    owedSince = owedSince.map { min($0, now) }
    toldAt = toldAt.map { min($0, now) }
    worsenedAt = worsenedAt.map { min($0, now) }
    if before != (changedAt, owedSince, toldAt, worsenedAt) { isChanged = true }
    // All of them at once would be flapping: they keep their distances.
    if let latest = changes.max(), latest > now {
      let ahead = latest - now
      changes = changes.map { $0 > now ? $0 - ahead : $0 }.sorted()
      isChanged = true
    }
    return isChanged
  }

  // MARK: - What there is to tell

  /// - Parameter isSeen: the last look at the cluster could tell of the subject. Of what it could not there is no
  ///   alarm; an end was seen, or comes of nobody looking any more.
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

  /// Hands over the entry of a notice: from now on it has been told.
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

  /// The channels have the notice.
  mutating func sent() { unsent = nil }

  /// The entry that an earlier life of the guard made, and perhaps did not hand over.
  var unsentEntry: IncidentNotice.Entry? { unsent.map { IncidentNotice.Entry($0, incident) } }

  /// Time alone may change something within seconds.
  var isInMotion: Bool {
    switch incident.state {
    case .pending, .recovering: true
    case .firing, .ended: owedSince != nil
    }
  }

  /// The same with shorter details.
  func shortened(detailTo bytes: Int) -> TrackedSubject {
    var track = self
    track.incident = incident.shortened(detailTo: bytes)
    return track
  }

  /// By the schedule of what it is now; those that fell due while nothing could be told are one.
  private func isReminderDue(at now: Timestamp, _ thresholds: IncidentThresholds) -> Bool {
    guard let begin = worsenedAt ?? incident.firedAt, let toldAt,
      now - toldAt >= thresholds.remindsNotBefore
    else { return false }
    let due = thresholds.remindersDue(incident.severity, after: now - begin)
    return due > thresholds.remindersDue(incident.severity, after: toldAt - begin)
  }
}
