internal import Dispatch
internal import GuardState
internal import GuardStatus
internal import Health
package import Platform
internal import Synchronization

/// Polls a cluster with a timer on its own queue. Polls never overlap.
package final class Poller: Sendable {
  /// The extra time that a busy machine may need for a poll.
  private static let grace: Duration = .seconds(30)

  private let timer: RepeatingTimer
  private let interval: Duration
  private let state: PollState

  /// The first poll starts after one interval, or with `pollNow`.
  ///
  /// - Parameters:
  ///   - ask: polls once; called on the poller's queue, where it may block.
  ///   - deliver: called with each outcome, on the poller's queue.
  init(
    cluster: String, interval: Duration, ask: @escaping @Sendable () -> Result<Snapshot, PollFailure>,
    deliver: @escaping @Sendable (PollOutcome) -> Void
  ) {
    let state = PollState()
    self.state = state
    self.interval = interval
    self.timer = RepeatingTimer(
      every: interval, on: DispatchQueue(label: "poll \(cluster)"), startsAtOnce: false
    ) {
      state.begin()
      let started = MonotonicTime.now
      let result = ask()
      state.end()
      deliver(
        PollOutcome(result: result, at: .now, duration: MonotonicTime.now - started))
      // Most memory of the poll is not needed until the next one.
      ResidentMemory.trim()
    }
  }

  /// Polls at once, and every interval from now on.
  package func pollNow() { timer.tickNow() }

  /// True if a poll does not end or the next one does not start; for the watchdog.
  ///
  /// - Parameter timeout: the time after which a poll fails.
  package func isOverdue(timeout: Duration, at now: MonotonicTime = .now) -> Bool {
    switch state.phase {
    case .busy(let since): now - since > timeout * 2 + Poller.grace
    case .idle(let since): now - since > interval * 2 + Poller.grace
    }
  }

  func stop() { timer.cancel() }
}

/// The phase of the poller, and when it began.
private final class PollState: Sendable {
  enum Phase {
    case idle(MonotonicTime)
    case busy(MonotonicTime)
  }

  private let current = Mutex(Phase.idle(.now))

  func begin() { current.withLock { $0 = .busy(.now) } }
  func end() { current.withLock { $0 = .idle(.now) } }
  var phase: Phase { current.withLock { $0 } }
}
