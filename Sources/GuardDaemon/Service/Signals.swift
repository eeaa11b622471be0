internal import Dispatch
internal import Glibc
internal import Platform

/// SIGTERM and SIGINT end the guard, SIGHUP makes it read its configuration again.
struct Signals {
  private let watches: [SignalWatch]

  /// Handlers run on `queue`.
  init(queue: DispatchQueue, stop: @escaping @Sendable () -> Void, reload: @escaping @Sendable () -> Void) {
    // Writing to a socket whose peer is gone is an error to handle, not a reason to die.
    ignoreSignal(SIGPIPE)
    self.watches = [
      SignalWatch(SIGTERM, on: queue, stop), SignalWatch(SIGINT, on: queue, stop),
      SignalWatch(SIGHUP, on: queue, reload),
    ]
  }
}
