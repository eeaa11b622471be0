package import Dispatch
internal import GuardState
internal import Health
internal import Synchronization
internal import Systemd

/// Writes records in order from a separate queue, so that a hanging journal does not block the control
/// socket, a tunnel or the watchdog.
///
/// If `capacity` records are pending, further ones are only counted until those are written. One entry then
/// reports their number. Critical records are always accepted.
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

  /// - Parameter capacity: the limit of pending records.
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
      // Enqueue under the lock, so that records are written in the order of their count.
      queue.async { [self] in
        destination.write(record, at: moment)
        if let gap = countWritten() { destination.write(gap, at: .now) }
      }
    }
  }

  /// Waits until all earlier records are written.
  ///
  /// - Returns: false if it took longer than `limit`.
  @discardableResult
  package func flush(within limit: DispatchTimeInterval) -> Bool {
    let isWritten = DispatchSemaphore(value: 0)
    queue.async { isWritten.signal() }
    return isWritten.wait(timeout: .now() + limit) == .success
  }

  /// Counts a written record. After the last one, returns the entry for the suppressed ones.
  private func countWritten() -> LogRecord? {
    let (suppressed, priority) = state.withLock { state in
      state.waiting -= 1
      guard state.waiting == 0 else { return (0, Priority.debug) }
      defer { state = State() }
      return (state.suppressed, state.priority)
    }
    guard suppressed > 0 else { return nil }
    return .suppressed(
      suppressed, because: "the journal was blocked and \(capacity) entries were pending",
      mostUrgent: priority,
      subject: "log", reason: "the journal was blocked")
  }
}
