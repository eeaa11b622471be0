internal import Dispatch
internal import Platform
internal import Synchronization

/// Notifies the service manager's watchdog only while all parts of the guard respond: the tunnels' threads
/// run, no poll is stuck, and the control socket and the guard's queue answer. An unreachable cluster does
/// not count as a failure.
final class WatchdogFeed: Sendable {
  /// A part of the guard. One check probes it, and the next one evaluates the result.
  struct Part: Sendable {
    /// Starts a probe, and returns a function for its result: true if it succeeded.
    let ask: @Sendable () -> @Sendable () -> Bool
  }

  private let timer: RepeatingTimer

  /// - Parameter interval: the interval of the watchdog. It has three checks.
  init(interval: Duration, parts: @escaping @Sendable () -> [Part], feed: @escaping @Sendable () -> Void) {
    let pending = Pending()
    self.timer = RepeatingTimer(every: interval / 3, on: DispatchQueue(label: "watchdog"), startsAtOnce: true)
    {
      let asked = parts().map { $0.ask() }
      if pending.replace(with: asked).allSatisfy({ $0() }) { feed() }
    }
  }

  private final class Pending: Sendable {
    private let checks = Mutex<[@Sendable () -> Bool]>([])

    func replace(with next: [@Sendable () -> Bool]) -> [@Sendable () -> Bool] {
      checks.withLock { checks in
        defer { checks = next }
        return checks
      }
    }
  }
}
