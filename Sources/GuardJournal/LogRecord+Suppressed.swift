internal import Systemd

extension LogRecord {
  /// Stands for entries that were left out.
  ///
  /// - Parameters:
  ///   - name: of their event; nil: of all kinds.
  ///   - priority: the most urgent one's.
  static func suppressed(
    _ count: Int, of name: String? = nil, because cause: String, mostUrgent priority: Priority,
    cluster: String? = nil, subject: String, reason: String
  ) -> LogRecord {
    let whose = cluster.map { "\($0): " } ?? ""
    let entries = (count == 1 ? "1 entry" : "\(count) entries") + (name.map { " '\($0)'" } ?? "")
    return LogRecord(
      .entriesHeldBack, "\(whose)suppressed \(entries): \(cause)",
      // As loud as what is missing, and never louder than a warning.
      priority: max(priority, .warning), cluster: cluster, subject: subject, reason: reason,
      extra: ["HELD_BACK": "\(count)"])
  }
}
