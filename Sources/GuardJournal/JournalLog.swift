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
      message: record.message.escapedLines.limited(to: JournalField.message.limit - mark.utf8.count)
        + mark,
      priority: record.priority)
    func add(_ name: String, _ value: String?, limit: Int = 256) {
      guard let value, !value.isEmpty else { return }
      // All of these names are valid.
      try? entry.add(name, value.escapedLines.limited(to: limit))
    }
    add("SYSLOG_IDENTIFIER", Product.daemon)
    add("MESSAGE_ID", record.event?.messageID)
    let fields = record.fields
    for field in JournalField.allCases where field != .message {
      // A truncated command could do something else.
      if field == .command, (fields[field]?.utf8.count ?? 0) > field.limit { continue }
      add(field.rawValue, fields[field], limit: field.limit)
    }
    add("CODE_FILE", record.file)
    add("CODE_LINE", String(record.line))
    return entry
  }
}
