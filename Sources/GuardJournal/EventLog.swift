package import Health
package import Systemd

/// Where records go. Callable from any thread, and nobody waits in it; a log that fails never stops the daemon.
package protocol EventLog: Sendable {
  func write(_ record: LogRecord)
}

/// Where a log ends. It may keep its caller waiting: journald can hang, and so can whoever reads a pipe.
package protocol LogDestination: Sendable {
  /// - Parameter moment: when it happened.
  func write(_ record: LogRecord, at moment: Timestamp)
}

/// The log that fits this process: the journal when systemd connected standard error to it, else text for
/// people on standard error.
package func standardEventLog(threshold: Priority = .info) -> QueuedLog {
  QueuedLog(
    Journal.isConnected() ? JournalLog(threshold: threshold) : TerminalLog(threshold: threshold))
}
