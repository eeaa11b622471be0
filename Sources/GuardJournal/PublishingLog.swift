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
  init?(_ record: LogRecord, at moment: Timestamp) {
    guard let event = record.event else { return nil }
    self.init(
      at: moment, event: event.name, cluster: record.cluster ?? "", subject: record.subject ?? "",
      from: record.from, to: record.to, reason: record.reason, message: record.message,
      incident: record.incident, since: record.extra["SINCE"].flatMap { Timestamp(rfc3339: $0) },
      endedAt: record.extra["ENDED"].flatMap { Timestamp(rfc3339: $0) },
      severity: record.extra["SEVERITY"].flatMap(Problem.Severity.init),
      remedy: record.remedy, command: record.command, note: record.note,
      attempts: record.extra["ATTEMPTS"].flatMap { Int($0) },
      incidentsKept: record.extra["INCIDENTS_KEPT"].flatMap { Bool($0) },
      changesRecorded: record.extra["CHANGES_RECORDED"].flatMap { Bool($0) },
      fact: record.extra["FACT"], names: record.names, count: record.extra["COUNT"].flatMap { Int($0) },
      steps: record.extra["STEPS"].flatMap { Int($0) },
      seenAt: record.extra["SEEN_AT"].flatMap { Timestamp(rfc3339: $0) },
      formerSeenAt: record.extra["FORMER_SEEN_AT"].flatMap { Timestamp(rfc3339: $0) })
  }
}
