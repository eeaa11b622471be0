/// Why what the timers say of a peer is not believed.
enum Doubt {
  /// This process was stopped or starved.
  case lateness
  /// The machine slept, or an address or a route changed.
  case path
}
