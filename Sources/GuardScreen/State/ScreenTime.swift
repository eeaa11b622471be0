package import Health

/// The moment of an event.
package struct ScreenTime: Hashable, Sendable {
  package var wall: Timestamp
  /// The time since the start of the program, which does not jump with the wall clock.
  package var elapsed: Duration

  package init(wall: Timestamp, elapsed: Duration) {
    self.wall = wall
    self.elapsed = elapsed
  }
}
