// Dispatch sources are thread-safe (dispatch_source_create(3)), but Linux's Dispatch does not declare them Sendable.
@preconcurrency package import Dispatch

/// A Dispatch timer that is cancelled with its owner. Its handler is `@Sendable`: a closure isolated to an actor
/// would trap at the first event.
package final class RepeatingTimer: Sendable {
  private let source: any DispatchSourceTimer
  private let interval: Duration

  /// - Parameters:
  ///   - queue: the queue on which `handler` runs.
  ///   - startsAtOnce: if true, the first tick is now, else after one interval.
  package init(
    every interval: Duration, on queue: DispatchQueue, startsAtOnce: Bool,
    _ handler: @escaping @Sendable () -> Void
  ) {
    self.source = DispatchSource.makeTimerSource(queue: queue)
    self.interval = interval
    source.setEventHandler(handler: handler)
    schedule(startsAtOnce: startsAtOnce)
    source.activate()
  }

  deinit { source.cancel() }

  /// Ticks now and then every interval.
  package func tickNow() { schedule(startsAtOnce: true) }

  package func cancel() { source.cancel() }

  private func schedule(startsAtOnce: Bool) {
    source.schedule(
      deadline: .now() + DispatchTimeInterval(startsAtOnce ? .zero : interval),
      repeating: DispatchTimeInterval(interval), leeway: DispatchTimeInterval(interval / 50))
  }
}
