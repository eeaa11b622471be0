/// The state machine of one subject: well, pending, firing, recovering.
///
/// Well is `incident.state == .ended`, with nothing left to tell; it is kept while its recent changes count.
struct IncidentTrack: Hashable, Codable, Sendable {
  private(set) var incident: Incident
  /// The problem was there when the subject was last seen.
  private var isPresent = true
  /// When that last changed, and in how many polls since it was seen to be so.
  private var changedAt: Timestamp
  private var polls = 1
  private var poll: Timestamp?
  /// The latest changes of presence, oldest first.
  private var changes: [Timestamp]
  /// What people were told: the worst severity, that it flaps, and how many reminders.
  private(set) var told: Problem.Severity?
  private var isFlappingTold = false
  private var remindersTold = 0
  /// Since when there is something to tell.
  private(set) var owedSince: Timestamp?

  init(_ problem: Problem, id: String, poll: Timestamp?, at now: Timestamp) {
    incident = Incident(id: id, of: problem)
    changedAt = now
    self.poll = poll
    changes = [now]
  }

  var isOpen: Bool { incident.state != .ended }

  /// Files of older guards have what was told of the incident beside it only.
  mutating func restore() { incident.toldSeverity = incident.toldSeverity ?? told }

  /// There is nothing more to tell or to remember of it.
  func isForgettable(at now: Timestamp, _ thresholds: IncidentThresholds) -> Bool {
    guard !isOpen, told == nil else { return false }
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
      case .ended: incident = Incident(id: id, of: problem)
      case .pending, .firing: break
      }
      judgeFlapping(at: now, thresholds)
      incident.update(problem)
      return true
    }
    incident.update(problem)
    return count(poll, upTo: thresholds.firesAtPolls) || incident != before
  }

  /// The subject was looked at, and the problem is not there.
  mutating func miss(
    poll: Timestamp?, isQuiet: Bool, at now: Timestamp, _ thresholds: IncidentThresholds
  ) -> Bool {
    guard isPresent else { return isOpen && count(poll, upTo: thresholds.endsAtPolls) }
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
    // What goes to and fro while everything comes back from a sleep is no flapping.
    guard !isQuiet else { return }
    changes.append(now)
  }

  private mutating func count(_ poll: Timestamp?, upTo enough: Int) -> Bool {
    guard polls < enough, poll != self.poll else { return false }
    polls += 1
    self.poll = poll
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

  /// - Parameter isSeen: the last look at the cluster could tell of the subject.
  /// - Returns: whether anything changed that has to be kept.
  mutating func settle(
    isSeen: Bool, isQuiet: Bool, at now: Timestamp, _ thresholds: IncidentThresholds
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
      guard !isQuiet, isPresent, age >= thresholds.firesAfter,
        polls >= thresholds.polls(incident.kind, thresholds.firesAtPolls)
      else { return false }
      incident.state = .firing
      incident.firedAt = now
    case .recovering:
      guard age >= thresholds.endsAfter, polls >= thresholds.polls(incident.kind, thresholds.endsAtPolls)
      else { return false }
      end(at: now)
    case .firing, .ended: return false
    }
    return true
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

  /// A clock that was set back must not make anything wait for a time that is far off.
  mutating func clamp(to now: Timestamp) {
    changedAt = min(changedAt, now)
    changes = changes.map { min($0, now) }
    incident.firedAt = incident.firedAt.map { min($0, now) }
    owedSince = owedSince.map { min($0, now) }
  }

  // MARK: - What there is to tell

  func owed(isSilenced: Bool, at now: Timestamp, _ thresholds: IncidentThresholds) -> IncidentNotice.Change? {
    switch incident.state {
    case .ended: return told == nil ? nil : .ended
    case .pending: return nil
    case .firing, .recovering: break
    }
    guard !isSilenced else { return nil }
    guard let told else { return incident.state == .firing ? .opened : nil }
    if told == .warning, incident.severity == .critical { return .worsened }
    if incident.isFlapping { return isFlappingTold ? nil : .flapping }
    return incident.state == .firing && remindersDue(at: now, thresholds) > remindersTold ? .reminder : nil
  }

  mutating func note(owed: Bool, at now: Timestamp) { owedSince = owed ? owedSince ?? now : nil }

  /// Hands over the entry of a notice: from now on it has been told.
  mutating func tell(
    _ change: IncidentNotice.Change, at now: Timestamp, _ thresholds: IncidentThresholds
  ) -> IncidentNotice.Entry {
    owedSince = nil
    incident.notices += 1
    if change != .ended { incident.toldSeverity = told == .critical ? .critical : incident.severity }
    let entry = IncidentNotice.Entry(change, incident)
    if change == .ended {
      told = nil
      isFlappingTold = false
      remindersTold = 0
    } else {
      told = incident.toldSeverity
      isFlappingTold = incident.isFlapping
      // Those that fell due while nothing could be told are one.
      remindersTold = remindersDue(at: now, thresholds)
    }
    return entry
  }

  private func remindersDue(at now: Timestamp, _ thresholds: IncidentThresholds) -> Int {
    incident.firedAt.map { thresholds.remindersDue(incident.severity, after: now - $0) } ?? 0
  }
}
