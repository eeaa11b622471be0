internal import Dispatch
internal import Glibc
internal import Platform

/// Handles signals: SIGTERM and SIGINT stop the guard, SIGHUP reloads its configuration.
struct Signals {
  private let watches: [SignalWatch]

  /// Handlers run on `queue`.
  init(queue: DispatchQueue, stop: @escaping @Sendable () -> Void, reload: @escaping @Sendable () -> Void) {
    // A write to a socket whose peer is gone should return an error instead of terminating the process.
    ignoreSignal(SIGPIPE)
    self.watches = [
      SignalWatch(SIGTERM, on: queue, stop), SignalWatch(SIGINT, on: queue, stop),
      SignalWatch(SIGHUP, on: queue, reload),
    ]
  }
}
