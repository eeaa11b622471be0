package import GuardJournal
internal import Platform
internal import Synchronization
internal import Systemd

/// The metrics as a file for node_exporter's textfile collector, replaced as a whole.
///
/// Belongs to the guard's queue.
package final class MetricsTextfile: Sendable {
  private let isBroken = Mutex(false)
  private let log: any EventLog

  package init(log: any EventLog) { self.log = log }

  /// A failure to write the file is logged once, and so is its end.
  package func write(_ text: String, to path: String) {
    let failure: SystemError?
    do throws(SystemError) {
      // node_exporter is another user.
      try SmallFile.replace(path, with: Array(text.utf8), mode: 0o644)
      failure = nil
    } catch {
      failure = error
    }
    let isNews = isBroken.withLock { isBroken in
      defer { isBroken = failure != nil }
      return isBroken != (failure != nil)
    }
    guard isNews else { return }
    log.write(
      LogRecord(
        nil, failure.map { "metrics can't be written: \($0)" } ?? "metrics are written to \(path) again",
        priority: failure == nil ? .notice : .warning,
        remedy: failure == nil
          ? nil
          : "let the guard write there: systemctl edit oceanid-guard, [Service] ReadWritePaths=; or correct metrics.textfile in guard.yaml"
      ))
  }
}
