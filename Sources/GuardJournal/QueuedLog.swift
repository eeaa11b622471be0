package import Dispatch
internal import GuardState
internal import Health
internal import Synchronization
internal import Systemd

/// Writes records from a queue of its own, in order, so that a hanging journal blocks neither the control
/// socket nor a tunnel nor the watchdog.
///
/// When `capacity` records wait, further ones are counted until all of those are written, and one entry
/// stands in their place. Critical records are always accepted.
package final class QueuedLog: EventLog {
  private static let capacity = 4096

  private struct State {
    var waiting = 0
    var suppressed = 0
    /// The most urgent of the suppressed ones.
    var priority = Priority.debug
  }

  private let destination: any LogDestination
  private let capacity: Int
  private let queue = DispatchQueue(label: "log writer")
  private let state = Mutex(State())

  /// - Parameter capacity: the most records that wait.
  package init(_ destination: any LogDestination, capacity: Int = QueuedLog.capacity) {
    self.destination = destination
    self.capacity = capacity
  }

  package func write(_ record: LogRecord) {
    let moment = Timestamp.now
    state.withLock { state in
      let isTaken = state.suppressed == 0 && state.waiting < capacity
      guard isTaken || record.priority <= .critical else {
        state.suppressed += 1
        state.priority = min(state.priority, record.priority)
        return
      }
      state.waiting += 1
      // Under the lock: who is counted first is written first.
      queue.async { [self] in
        destination.write(record, at: moment)
        if let gap = takeGap() { destination.write(gap, at: .now) }
      }
    }
  }

  /// Waits until all that came before is written.
  ///
  /// - Returns: false when that took longer than `limit`.
  @discardableResult
  package func flush(within limit: DispatchTimeInterval) -> Bool {
    let isWritten = DispatchSemaphore(value: 0)
    queue.async { isWritten.signal() }
    return isWritten.wait(timeout: .now() + limit) == .success
  }

  /// One record is written; with the last one, the entry for the suppressed ones.
  private func takeGap() -> LogRecord? {
    let (suppressed, priority) = state.withLock { state in
      state.waiting -= 1
      guard state.waiting == 0 else { return (0, Priority.debug) }
      defer { state = State() }
      return (state.suppressed, state.priority)
    }
    guard suppressed > 0 else { return nil }
    return .suppressed(
      suppressed, because: "the log took none for so long that \(capacity) waited", mostUrgent: priority,
      subject: "log", reason: "the log did not take them")
  }
}
