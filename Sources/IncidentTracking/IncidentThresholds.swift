internal import Health

/// The times after which an incident fires, ends and is notified again.
public struct IncidentThresholds: Hashable, Sendable {
  /// An incident is flapping if its problem appeared or disappeared this many times within this time.
  public struct Flap: Hashable, Sendable {
    public let changes: Int
    public let within: Duration
  }

  /// The time and the number of polls for which a problem must be present.
  public var firesAfter: Duration = .seconds(20)
  public var firesAtPolls = 2
  /// The time and the number of polls for which a problem must be absent.
  public var endsAfter: Duration = .seconds(30)
  public var endsAtPolls = 2
  public var flaps = [Flap(changes: 5, within: .seconds(600)), Flap(changes: 8, within: .seconds(3600))]
  /// A flapping incident is steady after this time without a change.
  public var steadyAfter: Duration = .seconds(600)
  /// Times of reminders after the incident fired or became critical. Later reminders follow every
  /// `remindsEvery`. A warning has only the later ones.
  public var reminders: [Duration] = [.seconds(1800), .seconds(7200), .seconds(28800)]
  public var remindsEvery: Duration = .seconds(86400)
  /// The shortest time between a notice and a reminder.
  public var remindsNotBefore: Duration = .seconds(900)
  /// Changes within this time are combined in one notice.
  public var groupsWithin: Duration = .seconds(10)
  /// The time to recover after the machine slept. No new incident is notified in it.
  public var quietAfterResume: Duration = .seconds(90)

  public init() {}

  func polls(_ kind: Problem.Kind, _ polls: Int) -> Int { kind.isOfThisMachine ? 1 : polls }

  /// The number of reminders that are due this long after the incident fired.
  func remindersDue(_ severity: Problem.Severity, after age: Duration) -> Int {
    let first = severity == .critical ? reminders : []
    let begun = first.count { $0 <= age }
    let rest = age - (first.last ?? .zero)
    return begun + (rest < remindsEvery ? 0 : Int(rest / remindsEvery))
  }

  /// The delay of the `count`th reminder after the incident fired.
  func reminder(_ severity: Problem.Severity, _ count: Int) -> Duration {
    let first = severity == .critical ? reminders : []
    if count <= first.count { return count > 0 ? first[count - 1] : .zero }
    return (first.last ?? .zero) + remindsEvery * (count - first.count)
  }
}
