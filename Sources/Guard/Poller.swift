internal import Dispatch
internal import Health
internal import Platform
internal import Synchronization

/// Asks one cluster how it is, on a Dispatch timer of its own queue; polls never overlap.
final class Poller: Sendable {
  struct Outcome: Sendable {
    let result: Result<Snapshot, PollFailure>
    /// By the guard's clock.
    let at: Timestamp
    let duration: Duration
  }

  private let timer: RepeatingTimer
  private let state: PollState

  /// The first poll comes after one interval, or with `pollNow`.
  ///
  /// - Parameters:
  ///   - ask: makes one poll; called on the poller's queue, where it may block.
  ///   - deliver: told of each outcome, on the poller's queue.
  init(
    cluster: String, interval: Duration, ask: @escaping @Sendable () -> Result<Snapshot, PollFailure>,
    deliver: @escaping @Sendable (Outcome) -> Void
  ) {
    let state = PollState()
    self.state = state
    self.timer = RepeatingTimer(
      every: interval, on: DispatchQueue(label: "poll \(cluster)"), startsAtOnce: false
    ) {
      state.begin()
      let started = MonotonicTime.now
      let result = ask()
      state.end()
      deliver(
        Outcome(
          result: result, at: Timestamp(milliseconds: WallClock.milliseconds),
          duration: MonotonicTime.now - started))
      // Answers, decoded and judged: most of it is free again until the next poll.
      ResidentMemory.trim()
    }
  }

  /// Polls at once, and every interval from now on.
  func pollNow() { timer.tickNow() }

  /// For how long the poll in progress has been at it; nil between polls.
  var busyFor: Duration? { state.busyFor }

  func stop() { timer.cancel() }
}

/// Whether a poll is under way, for the watchdog.
private final class PollState: Sendable {
  private let started = Mutex<MonotonicTime?>(nil)

  func begin() { started.withLock { $0 = MonotonicTime.now } }
  func end() { started.withLock { $0 = nil } }
  var busyFor: Duration? { started.withLock { $0.map { MonotonicTime.now - $0 } } }
}
