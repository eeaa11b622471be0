// Dispatch sources may be used from any thread (dispatch_source_create(3)); Linux's Dispatch does not say so.
@preconcurrency package import Dispatch

/// A Dispatch timer that ends with its owner. Its handler is `@Sendable` by type: one made in actor-isolated code
/// would die at its first event.
package final class RepeatingTimer: Sendable {
  private let source: any DispatchSourceTimer
  private let interval: Duration

  /// - Parameters:
  ///   - queue: where `handler` runs.
  ///   - startsAtOnce: the first tick is now, else one interval from now.
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

  /// Ticks now, and every interval from now on.
  package func tickNow() { schedule(startsAtOnce: true) }

  package func cancel() { source.cancel() }

  private func schedule(startsAtOnce: Bool) {
    let (seconds, attoseconds) = interval.components
    let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    source.schedule(
      deadline: .now() + .nanoseconds(startsAtOnce ? 0 : nanoseconds), repeating: .nanoseconds(nanoseconds),
      leeway: .nanoseconds(nanoseconds / 50))
  }
}

/// A Dispatch source for a signal, whose default action is switched off.
package final class SignalWatch: Sendable {
  private let source: any DispatchSourceSignal

  package init(_ number: Int32, on queue: DispatchQueue, _ handler: @escaping @Sendable () -> Void) {
    ignoreSignal(number)
    self.source = DispatchSource.makeSignalSource(signal: number, queue: queue)
    source.setEventHandler(handler: handler)
    source.activate()
  }

  deinit { source.cancel() }
}
