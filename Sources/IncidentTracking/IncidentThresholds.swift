internal import Health

/// When a problem becomes an incident, when it is over, and how often it is told.
public struct IncidentThresholds: Hashable, Sendable {
  /// Changes of presence in a span of time that make an incident flap.
  public struct Flap: Hashable, Sendable {
    public let changes: Int
    public let within: Duration
  }

  /// How long it has to be there, and in how many polls.
  public var firesAfter: Duration = .seconds(20)
  public var firesAtPolls = 2
  /// How long it has to be gone, and in how many polls.
  public var endsAfter: Duration = .seconds(30)
  public var endsAtPolls = 2
  public var flaps = [Flap(changes: 5, within: .seconds(600)), Flap(changes: 8, within: .seconds(3600))]
  /// What flapped is steady when nothing changed for so long.
  public var steadyAfter: Duration = .seconds(600)
  /// After it fired, or after it became critical; later ones come every `remindsEvery`. A warning has only those.
  public var reminders: [Duration] = [.seconds(1800), .seconds(7200), .seconds(28800)]
  public var remindsEvery: Duration = .seconds(86400)
  /// A reminder that falls due sooner after another notice waits for so long.
  public var remindsNotBefore: Duration = .seconds(900)
  /// What comes together is told together.
  public var groupsWithin: Duration = .seconds(10)
  /// After a sleep of the machine everything takes its time to come back.
  public var quietAfterResume: Duration = .seconds(90)

  public init() {}

  /// Polls tell of all but the way to the cluster, which tells of itself at once.
  func polls(_ kind: Problem.Kind, _ polls: Int) -> Int {
    switch kind {
    case .tunnel, .forward, .configuration, .alerts, .state: 1
    default: polls
    }
  }

  /// How many reminders are due so long after it fired.
  func remindersDue(_ severity: Problem.Severity, after age: Duration) -> Int {
    let first = severity == .critical ? reminders : []
    let begun = first.count { $0 <= age }
    let rest = age - (first.last ?? .zero)
    return begun + (rest < remindsEvery ? 0 : Int(rest / remindsEvery))
  }

  /// How long after it fired the `count`th reminder is due.
  func reminder(_ severity: Problem.Severity, _ count: Int) -> Duration {
    let first = severity == .critical ? reminders : []
    if count <= first.count { return count > 0 ? first[count - 1] : .zero }
    return (first.last ?? .zero) + remindsEvery * (count - first.count)
  }
}
