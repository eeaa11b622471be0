internal import Dispatch
internal import GuardAPI
package import Platform
internal import Synchronization
internal import Systemd

/// Limits the rate of entries per kind, and logs how many it suppressed. Without it, journald would drop
/// entries unnoticed.
///
/// Each event of each cluster has its own allowance. Critical entries always pass.
package final class BoundedLog: EventLog {
  /// Entries with the same key share an allowance.
  private struct Kind: Hashable {
    let event: Event?
    let cluster: String?
    /// For plain lines: the place in the source that writes them.
    let place: String?

    init(_ record: LogRecord) {
      event = record.event
      cluster = record.cluster
      place = record.event == nil ? "\(record.file):\(record.line)" : nil
    }

    var name: String { event?.name ?? "lines" }
  }

  private struct Account {
    var allowance: EventAllowance
    var suppressed = 0
    /// The most urgent of the suppressed entries.
    var priority = Priority.debug
  }

  /// The time until suppressed entries are logged.
  private static let interval: Duration = .seconds(30)

  private let log: any EventLog
  private let interval: Duration
  private let queue = DispatchQueue(label: "log")
  private let accounts = Mutex<[Kind: Account]>([:])

  /// - Parameter interval: the time until suppressed entries are logged.
  package init(_ log: any EventLog, interval: Duration = BoundedLog.interval) {
    self.log = log
    self.interval = interval
  }

  package func write(_ record: LogRecord) { write(record, at: .now) }

  package func write(_ record: LogRecord, at now: MonotonicTime) {
    guard record.priority > .critical else { return log.write(record) }
    let kind = Kind(record)
    let (isAllowed, isFirst) = accounts.withLock { accounts in
      var account = accounts[kind] ?? Account(allowance: EventAllowance(at: now))
      defer { accounts[kind] = account }
      guard !account.allowance.consume(at: now) else { return (true, false) }
      account.suppressed += 1
      account.priority = min(account.priority, record.priority)
      return (false, account.suppressed == 1)
    }
    if isAllowed { return log.write(record) }
    guard isFirst else { return }
    queue.asyncAfter(deadline: .now() + DispatchTimeInterval(interval)) { [self] in flushSuppressed() }
  }

  /// Logs the suppressed entries so far.
  package func flushSuppressed() {
    let held = accounts.withLock { accounts in
      let held = accounts.filter { $0.value.suppressed > 0 }
      for kind in held.keys {
        accounts[kind]?.suppressed = 0
        accounts[kind]?.priority = .debug
      }
      return held
    }
    for (kind, account) in held.sorted(by: { $0.key.name < $1.key.name }) {
      log.write(
        .suppressed(
          account.suppressed, of: kind.name,
          because:
            "more than \(EventAllowance.burst) at once or \(Int(EventAllowance.perSecond * 60)) per minute",
          mostUrgent: account.priority, cluster: kind.cluster, subject: kind.name,
          reason: "the rate limit was exceeded"))
    }
  }
}
