internal import GuardAPI
internal import GuardState
internal import Health
internal import Systemd

/// Writes records as native journal entries, with each fact in its own field.
struct JournalLog: LogDestination {
  private static let lateness: Duration = .seconds(2)

  /// Less urgent entries are not written.
  private let threshold: Priority
  /// Fallback: standard error leads to the same journal, but without fields.
  private let standardError: TerminalLog

  init(threshold: Priority) {
    self.threshold = threshold
    self.standardError = TerminalLog(threshold: threshold)
  }

  func write(_ record: LogRecord, at moment: Timestamp) {
    guard record.priority <= threshold else { return }
    do throws(SystemdError) {
      // The journal's own timestamp is the time when it received the entry.
      let isLate = Timestamp.now - moment >= JournalLog.lateness
      try Journal.send(JournalLog.entry(record, of: isLate ? moment : nil))
    } catch {
      standardError.write(record, at: moment)
    }
  }

  /// - Parameter moment: the time of an entry that was delayed.
  static func entry(_ record: LogRecord, of moment: Timestamp? = nil) -> JournalEntry {
    let mark = moment.map { " (of \($0.toTheSecond); delayed by the journal)" } ?? ""
    var entry = JournalEntry(
      message: record.message.escapedLines.limited(to: 4096 - mark.utf8.count) + mark,
      priority: record.priority)
    func add(_ name: String, _ value: String?, limit: Int = 256) {
      guard let value, !value.isEmpty else { return }
      // Only names in `extra` can be invalid. An invalid one must not prevent the whole entry.
      try? entry.add(name, value.escapedLines.limited(to: limit))
    }
    add("SYSLOG_IDENTIFIER", "oceanid-guard")
    add("MESSAGE_ID", record.event?.messageID)
    add("OCEANID_EVENT", record.event?.name)
    add("OCEANID_CLUSTER", record.cluster)
    add("OCEANID_SUBJECT", record.subject)
    // A cut digest or revision could not be told from another one.
    add("OCEANID_FROM", record.from, limit: 1024)
    add("OCEANID_TO", record.to, limit: 1024)
    add("OCEANID_REASON", record.reason, limit: 1024)
    add("OCEANID_INCIDENT", record.incident)
    add("OCEANID_REMEDY", record.remedy, limit: 1024)
    // A truncated command could do something else.
    if let command = record.command, command.utf8.count <= 1024 {
      add("OCEANID_COMMAND", command, limit: 1024)
    }
    add("OCEANID_NOTE", record.note, limit: 1024)
    add("OCEANID_NAMES", ChangeDocument.joined(record.names), limit: ChangeDocument.namesLimit)
    for (name, value) in record.extra.sorted(by: { $0.key < $1.key }).prefix(32) {
      add("OCEANID_\(name)", value)
    }
    add("CODE_FILE", record.file)
    add("CODE_LINE", String(record.line))
    return entry
  }
}
