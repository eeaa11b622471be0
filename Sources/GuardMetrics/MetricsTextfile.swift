package import GuardJournal
internal import Platform
internal import Synchronization
internal import Systemd

/// Writes the metrics to a file for node_exporter's textfile collector, replacing it atomically.
///
/// Use it on the guard's queue only.
package final class MetricsTextfile: Sendable {
  private let isBroken = Mutex(false)
  private let log: any EventLog

  package init(log: any EventLog) { self.log = log }

  /// Writes the file. The start and the end of a failure are logged once.
  package func write(_ text: String, to path: String) {
    let failure: SystemError?
    do throws(SystemError) {
      // World-readable, because node_exporter runs as another user. Never through a link: the folder can belong to
      // another user, whose link could name a file of the guard.
      try SmallFile.replace(path, with: Array(text.utf8), mode: 0o644)
      failure = nil
    } catch {
      failure = error
    }
    let hasChanged = isBroken.withLock { isBroken in
      defer { isBroken = failure != nil }
      return isBroken != (failure != nil)
    }
    guard hasChanged else { return }
    log.write(
      LogRecord(
        nil, failure.map { "metrics can't be written: \($0)" } ?? "metrics are written to \(path) again",
        priority: failure == nil ? .notice : .warning,
        remedy: failure == nil
          ? nil
          : """
          let the guard write there: systemctl edit oceanid-guard, [Service] ReadWritePaths=; or correct \
          metrics.textfile in guard.yaml
          """
      ))
  }
}
