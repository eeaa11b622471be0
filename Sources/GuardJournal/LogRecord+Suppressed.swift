internal import GuardAPI
internal import Systemd

extension LogRecord {
  /// Reports suppressed entries.
  ///
  /// - Parameters:
  ///   - name: the name of their event; nil for several kinds.
  ///   - priority: the priority of the most urgent one.
  static func suppressed(
    _ count: Int, of name: String? = nil, because cause: String, mostUrgent priority: Priority,
    cluster: String? = nil, subject: String, reason: String
  ) -> LogRecord {
    let whose = cluster.map { "\($0): " } ?? ""
    let entries = (count == 1 ? "1 entry" : "\(count) entries") + (name.map { " '\($0)'" } ?? "")
    return LogRecord(
      .entriesHeldBack, "\(whose)suppressed \(entries): \(cause)",
      // As urgent as the suppressed entries, but at most a warning.
      priority: max(priority, .warning), cluster: cluster, subject: subject, reason: reason,
      extra: [.heldBack: "\(count)"])
  }
}
