package import Health
package import Systemd

/// A destination of records. Callable from any thread, and never blocking; a log that fails never stops the daemon.
package protocol EventLog: Sendable {
  func write(_ record: LogRecord)
}

/// The end of a log. It may block its caller: journald can hang, and so can the reader of a pipe.
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
