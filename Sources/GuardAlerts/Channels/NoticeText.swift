internal import Health
internal import IncidentTracking

/// A notice as text for people.
struct NoticeText {
  let notice: IncidentNotice

  init(_ notice: IncidentNotice) { self.notice = notice }

  /// The highest severity in the notice. It determines the priority.
  var severity: Problem.Severity { critical > 0 ? .critical : .warning }

  /// True if all incidents in the notice have ended.
  var isOver: Bool { over == total }

  var total: Int { notice.count { _ in true } }
  var critical: Int { notice.count { $0.change != .ended && $0.incident.severity == .critical } }
  var warning: Int { total - over - critical }
  var over: Int { notice.count { $0.change == .ended } }

  var isReminder: Bool {
    !isOver && (news + notice.counted).allSatisfy { $0.change == .reminder || $0.change == .ended }
  }

  private var news: [IncidentNotice.Entry] { notice.entries.filter { $0.change != .ended } }

  private var place: String { notice.cluster.isEmpty ? "" : "\(notice.cluster): " }

  /// `CRITICAL tethys: node calypso is NotReady`
  var headline: String {
    if let only = notice.entries.first, total == 1 {
      return "\(NoticeText.mark(only)) \(place)\(only.incident.title.escaped.limited(to: 200))"
    }
    if isOver { return "ENDED \(place)\(over) incidents" }
    let counts = [
      critical > 0 ? "\(critical) critical" : nil, warning > 0 ? "\(warning) warning" : nil,
      over > 0 ? "\(over) ended" : nil,
    ].compactMap(\.self).joined(separator: ", ")
    return "\(severity == .critical ? "CRITICAL" : "WARNING") \(place)\(counts): "
      + (news.first?.incident.title.escaped.limited(to: 120) ?? "")
  }

  private static func mark(_ entry: IncidentNotice.Entry) -> String {
    let severity = entry.incident.severity == .critical ? "CRITICAL" : "WARNING"
    switch entry.change {
    case _ where entry.incident.isTest: return "TEST"
    case .opened: return severity
    case .worsened: return "\(severity) NOW"
    case .flapping: return "\(severity) COMES AND GOES"
    case .reminder: return "STILL \(severity)"
    case .ended: return "ENDED"
    }
  }

  /// A block for each listed entry, and the number of the others.
  var body: String {
    let blocks = notice.entries.map(NoticeText.block).joined(separator: "\n")
    guard !notice.counted.isEmpty else { return blocks }
    let counts = "\(total) in total: \(critical) critical, \(warning) warning, \(over) ended"
    return "\(counts). The first \(notice.entries.count):\n\n\(blocks)\n"
      + "and \(notice.counted.count) more: oceanid-ctl incidents\n"
  }

  /// Text from a cluster is escaped, so that it can't add lines that look like the guard's.
  static func block(_ entry: IncidentNotice.Entry) -> String {
    let incident = entry.incident
    var lines = ["\(mark(entry)): \(incident.title.escaped)"]
    lines.append("  subject: \(incident.subject.escaped)")
    if let end = incident.endedAt, entry.change == .ended {
      lines.append("  from \(incident.since) to \(end)")
    } else {
      lines.append("  since \(incident.since)")
    }
    if !incident.detail.isEmpty { lines.append("  \(incident.detail.escaped)") }
    guard entry.change != .ended else { return lines.joined(separator: "\n") + "\n" }
    if let command = incident.command { lines.append("  what to do: \(command.escaped)") }
    if let note = incident.note ?? (incident.command == nil ? incident.remedy : nil), !note.isEmpty {
      lines.append((incident.command == nil ? "  what to do: " : "  note: ") + note.escaped)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
