// Dispatch sources are thread-safe (dispatch_source_create(3)), but Linux's Dispatch does not declare them Sendable.
@preconcurrency package import Dispatch

/// A Dispatch source for a signal. Disables the signal's default action.
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
