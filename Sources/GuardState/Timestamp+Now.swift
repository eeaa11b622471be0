package import Health
internal import Platform

extension Timestamp {
  /// The time of the wall clock. Health rules get the time as a parameter instead.
  package static var now: Timestamp { Timestamp(milliseconds: WallClock.milliseconds) }
}
