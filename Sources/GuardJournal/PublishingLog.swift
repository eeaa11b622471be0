package import GuardAPI
internal import GuardState
internal import Health
internal import Platform

/// Writes every record to the log of this process. Adds changes to the history and publishes them.
package struct PublishingLog: EventLog {
  private let log: any EventLog
  private let history: RecentChanges
  private let publish: @Sendable (ChangeDocument) -> Void

  /// - Parameter publish: called on the thread that logs the record; must return quickly.
  package init(
    log: any EventLog, history: RecentChanges, publish: @escaping @Sendable (ChangeDocument) -> Void
  ) {
    self.log = log
    self.history = history
    self.publish = publish
  }

  package func write(_ record: LogRecord) {
    log.write(record)
    guard let change = ChangeDocument(record, at: .now) else { return }
    history.add(change)
    publish(change)
  }
}

extension ChangeDocument {
  /// nil for a plain line, which is not a state change.
  init?(_ record: LogRecord, at moment: Timestamp) { self.init(record.fields, at: moment) }
}
