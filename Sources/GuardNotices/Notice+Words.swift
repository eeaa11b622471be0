import GuardConnection
import Health

/// The texts of notices.
extension Notice {
  /// Notifications must be short; `oceanid-ctl incidents` shows the details.
  private static let longestSummary = 160
  private static let longestLine = 400
  /// The limit of lines in a combined notification.
  private static let maxLines = 5

  /// The notice of one or several incidents; nil for none.
  init?(_ incidents: [OpenIncident]) {
    guard let worst = incidents.min(by: { $0.severity == .critical && $1.severity != .critical }) else {
      return nil
    }
    let urgency: Urgency = worst.severity == .critical ? .critical : .warning
    if incidents.count == 1 {
      var lines = [worst.detail]
      if let command = worst.command { lines.append("Next: \(command)") }
      if let note = worst.note, !note.isEmpty { lines.append(worst.command == nil ? "Next: \(note)" : note) }
      self.init(worst.headline, lines, urgency, .incident)
    } else {
      let critical = incidents.count { $0.severity == .critical }
      let clusters = Set(incidents.map(\.cluster))
      let whose = clusters.count == 1 ? clusters.first.map { $0.isEmpty ? "" : "\($0): " } ?? "" : ""
      let sorted =
        incidents.filter { $0.severity == .critical } + incidents.filter { $0.severity != .critical }
      var lines = sorted.prefix(Notice.maxLines).map { incident in
        whose.isEmpty || !incident.headline.hasPrefix(whose)
          ? incident.headline : String(incident.headline.dropFirst(whose.count))
      }
      if incidents.count > lines.count {
        lines.append("and \(incidents.count - lines.count) more: oceanid-ctl incidents")
      }
      let share =
        critical == 0 ? "" : critical == incidents.count ? ", all critical" : ", \(critical) critical"
      self.init("\(whose)\(incidents.count) incidents\(share)", lines, urgency, .incident)
    }
  }

  /// The notice of ended incidents, with their last headlines.
  init(over headlines: [String]) {
    if headlines.count == 1 {
      self.init(headlines[0], [], .low, .over)
    } else {
      let more = headlines.count - Notice.maxLines
      self.init(
        "\(headlines.count) incidents have ended",
        headlines.prefix(Notice.maxLines) + (more > 0 ? ["and \(more) more"] : []), .low, .over)
    }
  }

  /// The notice that the guard is not responding, so the clusters are not being watched.
  init(guardAway error: ClientError) {
    self.init(
      "oceanid-guard is not responding", ["\(error)"] + error.remedy.prefix(2), .warning, .guardAway)
  }

  private init(_ summary: String, _ lines: [String], _ urgency: Urgency, _ category: Category) {
    self.init(
      summary: Notice.cut(summary, to: Notice.longestSummary),
      body: lines.filter { !$0.isEmpty }.map { Notice.cut($0, to: Notice.longestLine) }
        .joined(separator: "\n"),
      urgency: urgency, category: category)
  }

  /// Shortens a text to one line without characters that change the text direction or hide the rest.
  private static func cut(_ text: String, to length: Int) -> String {
    let text = text.singleLine
    return text.count <= length ? text : text.prefix(length - 1) + "…"
  }
}
