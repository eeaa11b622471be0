package import Systemd

/// Writes records as native journal entries, with every fact in a field of its own.
package struct JournalLog: EventLog {
  /// What is less urgent is left out.
  let threshold: Priority

  package init(threshold: Priority = .info) {
    self.threshold = threshold
  }

  package func write(_ record: LogRecord) {
    guard record.priority <= threshold else { return }
    do throws(SystemdError) {
      try Journal.send(JournalLog.entry(record))
    } catch {
      // Standard error is a second way into the same journal, without the fields.
      TerminalLog(threshold: threshold).write(record)
    }
  }

  static func entry(_ record: LogRecord) -> JournalEntry {
    var entry = JournalEntry(message: record.message.cut(to: 4096), priority: record.priority)
    func add(_ name: String, _ value: String?, limit: Int = 256) {
      guard let value, !value.isEmpty else { return }
      // The only names that can be wrong are those in `extra`; one of them must not cost the whole entry.
      try? entry.add(name, value.cut(to: limit))
    }
    add("SYSLOG_IDENTIFIER", "oceanid-guard")
    add("MESSAGE_ID", record.event?.messageID)
    add("OCEANID_EVENT", record.event?.name)
    add("OCEANID_CLUSTER", record.cluster)
    add("OCEANID_SUBJECT", record.subject)
    add("OCEANID_FROM", record.from)
    add("OCEANID_TO", record.to)
    add("OCEANID_REASON", record.reason, limit: 1024)
    add("OCEANID_INCIDENT", record.incident)
    add("OCEANID_REMEDY", record.remedy, limit: 1024)
    for (name, value) in record.extra.sorted(by: { $0.key < $1.key }).prefix(32) {
      add("OCEANID_\(name)", value)
    }
    add("CODE_FILE", record.file)
    add("CODE_LINE", String(record.line))
    return entry
  }
}
