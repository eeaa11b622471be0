package import Health
package import Systemd

/// A log for records. Thread-safe and non-blocking. A failure of the log never stops the daemon.
package protocol EventLog: Sendable {
  func write(_ record: LogRecord)
}

/// Writes records to their destination. It may block: journald can hang, and so can the reader of a pipe.
package protocol LogDestination: Sendable {
  /// - Parameter moment: the time of the event.
  func write(_ record: LogRecord, at moment: Timestamp)
}

/// Creates the log of this process, which never waits.
package func standardEventLog(threshold: Priority = .info) -> QueuedLog {
  QueuedLog(standardLogDestination(threshold: threshold))
}

/// The journal if systemd connected standard error to it, otherwise text on standard error.
package func standardLogDestination(threshold: Priority = .info) -> any LogDestination {
  Journal.isConnected() ? JournalLog(threshold: threshold) : TerminalLog(threshold: threshold)
}
