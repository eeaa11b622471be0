internal import GuardState
internal import Health
internal import Platform

/// The clocks and the random numbers of the channels. Tests replace them.
struct AlertClocks: Sendable {
  var now: @Sendable () -> MonotonicTime = { .now }
  var date: @Sendable () -> Timestamp = { .now }
  /// From 0 to 1.
  var random: @Sendable () -> Double = { .random(in: 0...1) }
}
