internal import Dispatch
internal import GuardState
internal import GuardStatus
internal import Health
package import Platform
internal import Synchronization

/// Asks one cluster how it is, on a Dispatch timer of its own queue; polls never overlap.
package final class Poller: Sendable {
  /// The extra time that a busy machine may need for a poll.
  private static let grace: Duration = .seconds(30)

  private let timer: RepeatingTimer
  private let interval: Duration
  private let state: PollState

  /// The first poll comes after one interval, or with `pollNow`.
  ///
  /// - Parameters:
  ///   - ask: makes one poll; called on the poller's queue, where it may block.
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
      // Answers, decoded and judged: most of it is free again until the next poll.
      ResidentMemory.trim()
    }
  }

  /// Polls at once, and every interval from now on.
  package func pollNow() { timer.tickNow() }

  /// For the watchdog: a poll does not end, or the next does not begin.
  ///
  /// - Parameter timeout: after which a poll fails by itself.
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
