package import Systemd

/// Where records go. Callable from any thread; a log that fails never stops the daemon.
package protocol EventLog: Sendable {
  func write(_ record: LogRecord)
}

/// The log that fits this process: the journal when systemd connected standard error to it, else text for
/// people on standard error.
package func standardEventLog(threshold: Priority = .info) -> any EventLog {
  Journal.isConnected() ? JournalLog(threshold: threshold) : TerminalLog(threshold: threshold)
}
