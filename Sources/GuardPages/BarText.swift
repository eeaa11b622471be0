import FoundationEssentials
package import GuardAPI
import GuardTerminal
package import GuardTypes
package import Health

/// A format of `status` for a bar or a prompt: one line, even if the guard cannot be reached.
package enum BarFormat: String, CaseIterable {
  /// JSON for a custom module of Waybar with `return-type: json`; its text is Pango markup.
  case waybar
  /// A part of a status line of tmux, with styles.
  case tmux
  /// The text of a custom module of Starship.
  case starship
  /// Plain text for a prompt or a script.
  case short

  /// How long to wait for the guard. A shell shows its prompt only afterwards, and Starship ends a command after 500 ms
  /// by default and shows nothing then; bars run their commands in the background.
  package var timeLimit: Duration {
    switch self {
    case .waybar, .tmux: .seconds(5)
    case .starship, .short: .milliseconds(400)
    }
  }

  /// A bar hides a module whose program fails, so only `short` has the verdict's exit status.
  package var hasExitStatus: Bool {
    switch self {
    case .waybar, .tmux, .starship: false
    case .short: true
    }
  }
}

/// The output of `status --format`.
package struct BarText {
  package let verdict: Verdict
  /// `tethys`, or `40 clusters`.
  private let subject: String
  /// The first cause with its age; empty if there is none.
  private let reason: String
  /// The number of problems that the reason does not name.
  private let others: Int
  /// All that a tooltip shows, line by line.
  private let details: [String]

  package init(_ status: StatusDocument, now: Timestamp) {
    let isFleet = status.clusters.count > 1
    let problems = status.problems
    verdict = status.verdict
    subject =
      isFleet ? status.clusters.count.of("cluster") : status.clusters.first?.name ?? "oceanid"
    let headlines = problems.map { problem in
      ProblemLines.headline(problem, namesCluster: isFleet)
        + (problem.since.map { " (\((now - $0).asAge))" } ?? "")
    }
    reason = headlines.first ?? (status.verdict == .healthy ? "" : status.summary)
    others = max(0, problems.count - 1) + (status.omittedProblems ?? 0)
    let lines = headlines.isEmpty ? [status.summary] : headlines
    let hidden = lines.count - BarText.detailLines
    details =
      lines.prefix(BarText.detailLines) + (hidden > 0 ? ["and \(hidden) more: oceanid-ctl status"] : [])
  }

  /// The text if there is no status: the guard cannot be reached, or its document is unreadable.
  package init(failure: any Error) {
    verdict = .unknown
    subject = "oceanid"
    reason = "\(failure)"
    others = 0
    details = [reason]
  }

  private static let detailLines = 12
  /// The widths in columns. tmux shows 40 columns of `status-right` by default.
  private static let barWidth = 40
  private static let promptWidth = 60

  package func text(_ format: BarFormat) -> String {
    switch format {
    case .waybar:
      let document = Waybar(
        text: textWithMark(BarText.barWidth).xmlEscaped, alt: verdict.rawValue, class: verdict.rawValue,
        tooltip: details.map { $0.singleLine.xmlEscaped }.joined(separator: "\n"))
      return ((try? DocumentCoding.encode(document)).map { String(decoding: $0, as: UTF8.self) } ?? "{}")
        + "\n"
    case .tmux:
      return
        "#[fg=\(BarText.color(verdict))]\(BarText.tmuxEscaped(textWithMark(BarText.barWidth)))#[default]\n"
    case .starship:
      return textWithMark(BarText.promptWidth) + "\n"
    case .short:
      return plainText.cut(to: BarText.promptWidth) + "\n"
    }
  }

  /// `✓ tethys`, `✗ tethys: node calypso is not ready (4m) +2`
  private func textWithMark(_ width: Int) -> String {
    let more = others > 0 ? " +\(others)" : ""
    let text = reason.isEmpty ? subject : "\(subject): \(reason)"
    let mark = Terminal.shape(verdict).unicode
    return "\(mark) \(text.singleLine.cut(to: width - mark.displayWidth - 1 - more.displayWidth))\(more)"
  }

  /// `tethys healthy`, `tethys critical: node calypso is not ready (4m)`
  private var plainText: String {
    let more = others > 0 ? " and \(others) more" : ""
    return "\(subject) \(verdict.rawValue)\(reason.isEmpty ? "" : ": \(reason)")\(more)".singleLine
  }

  /// The fields that Waybar reads (waybar-custom(5)).
  private struct Waybar: Encodable {
    let text: String
    let alt: String
    let `class`: String
    let tooltip: String
  }

  /// Text for tmux, which expands `#` in the output of a command (tmux(1), FORMATS).
  private static func tmuxEscaped(_ text: String) -> String { text.escaping(["#": "##"]) }

  private static func color(_ verdict: Verdict) -> String {
    switch verdict {
    case .healthy: "green"
    case .degraded, .unknown: "yellow"
    case .critical: "red"
    }
  }
}
