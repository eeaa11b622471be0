package import Health
internal import Platform

extension Timestamp {
  /// The wall clock. Rules never read it: they take the time as a parameter.
  package static var now: Timestamp { Timestamp(milliseconds: WallClock.milliseconds) }
}
