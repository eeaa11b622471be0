/// The thresholds for the begin and the end of an incident and for its reminders.
public struct IncidentThresholds: Hashable, Sendable {
  /// An incident flaps after this many changes within a time.
  public struct Flap: Hashable, Sendable {
    public let changes: Int
    public let within: Duration
  }

  /// The problem must be present for this long and in this many polls.
  public var firesAfter: Duration = .seconds(20)
  public var firesAtPolls = 2
  /// The problem must be absent for this long and in this many polls.
  public var endsAfter: Duration = .seconds(30)
  public var endsAtPolls = 2
  public var flaps = [Flap(changes: 5, within: .seconds(600)), Flap(changes: 8, within: .seconds(3600))]
  /// Flapping ends after this time without a change.
  public var steadyAfter: Duration = .seconds(600)
  /// Times after it fired or became critical. Later reminders follow every `remindsEvery`. A warning has only
  /// those.
  public var reminders: [Duration] = [.seconds(1800), .seconds(7200), .seconds(28800)]
  public var remindsEvery: Duration = .seconds(86400)
  /// The minimum time between another notice and a reminder.
  public var remindsNotBefore: Duration = .seconds(900)
  /// Changes within this time share one notice.
  public var groupsWithin: Duration = .seconds(10)
  /// After a sleep of the machine, components need this time to recover.
  public var quietAfterResume: Duration = .seconds(90)

  public init() {}

  /// The number of polls that count. The connection to the cluster is observed without polls.
  func polls(_ kind: Problem.Kind, _ polls: Int) -> Int {
    switch kind {
    case .tunnel, .forward, .configuration, .alerts, .state: 1
    default: polls
    }
  }

  /// The number of reminders that are due at this age.
  func remindersDue(_ severity: Problem.Severity, after age: Duration) -> Int {
    let first = severity == .critical ? reminders : []
    let begun = first.count { $0 <= age }
    let rest = age - (first.last ?? .zero)
    return begun + (rest < remindsEvery ? 0 : Int(rest / remindsEvery))
  }

  /// The age at which the `count`th reminder is due.
  func reminder(_ severity: Problem.Severity, _ count: Int) -> Duration {
    let first = severity == .critical ? reminders : []
    if count <= first.count { return count > 0 ? first[count - 1] : .zero }
    return (first.last ?? .zero) + remindsEvery * (count - first.count)
  }
}
