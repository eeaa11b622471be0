/// How long the parts of a deployment take, unless a command holds them.
package struct Pace: Sendable {
  /// From the push to the runner.
  package var queue: Duration
  /// From the runner to the end.
  package var work: Duration

  package init(queue: Duration, work: Duration) {
    self.queue = queue
    self.work = work
  }

  /// Slow enough to watch.
  package static let visible = Pace(queue: .seconds(5), work: .seconds(15))
}
