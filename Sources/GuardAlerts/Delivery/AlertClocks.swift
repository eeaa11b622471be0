internal import GuardState
internal import Health
internal import Platform

/// The clocks and the randomness of the channels, so that tests can replace them.
struct AlertClocks: Sendable {
  var now: @Sendable () -> MonotonicTime = { .now }
  var date: @Sendable () -> Timestamp = { .now }
  /// From 0 to 1.
  var random: @Sendable () -> Double = { .random(in: 0...1) }
}
