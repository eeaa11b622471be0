internal import Dispatch
internal import Platform
internal import Synchronization

/// Feeds the service manager's watchdog only while every part of the guard shows a sign of life: each tunnel's
/// thread turns, no poll is stuck, the control socket's loop and the guard's own queue answer. A cluster that can't
/// be reached is no reason to starve it.
final class WatchdogFeed: Sendable {
  /// A part of the guard: asked at one look, judged at the next.
  struct Part: Sendable {
    /// Asks for a sign of life, and returns the question whether it has come.
    let ask: @Sendable () -> @Sendable () -> Bool
  }

  private let timer: RepeatingTimer

  /// - Parameter interval: the watchdog's own; three looks fit into it.
  init(interval: Duration, parts: @escaping @Sendable () -> [Part], feed: @escaping @Sendable () -> Void) {
    let pending = Pending()
    self.timer = RepeatingTimer(every: interval / 3, on: DispatchQueue(label: "watchdog"), startsAtOnce: true)
    {
      let asked = parts().map { $0.ask() }
      if pending.replace(with: asked).allSatisfy({ $0() }) { feed() }
    }
  }

  private final class Pending: Sendable {
    private let questions = Mutex<[@Sendable () -> Bool]>([])

    func replace(with next: [@Sendable () -> Bool]) -> [@Sendable () -> Bool] {
      questions.withLock { questions in
        defer { questions = next }
        return questions
      }
    }
  }
}
