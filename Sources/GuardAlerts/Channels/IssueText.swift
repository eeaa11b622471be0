internal import GuardTypes
internal import Health
internal import IncidentTracking

/// The texts of an issue in Markdown.
///
/// Texts from a cluster are in a fenced block, in which GitHub recognizes no markup, no mention, no reference and no
/// HTML.
struct IssueText {
  let entry: IncidentNotice.Entry
  let mark: IssueMark
  /// This machine's name.
  let host: String

  /// GitHub accepts 256 characters.
  private static let longestTitle = 200
  /// GitHub accepts 65,536 characters.
  private static let longestBlock = 16 << 10

  var title: String {
    let place = entry.incident.cluster.isEmpty ? host : entry.incident.cluster
    let test = entry.incident.isTest ? "Test: " : ""
    // Without these signs, GitHub finds no mentions or references in a title.
    let text = "\(test)\(place): \(entry.incident.title.escaped)".escaping(["@": "＠", "#": "＃"])
    return text.limited(to: IssueText.longestTitle)
  }

  var body: String {
    """
    \(block)

    Opened by oceanid-guard on `\(host)`. It comments on changes, and closes this issue when the incident ends.

    \(mark.line)

    """
  }

  /// A comment about a change.
  var comment: String {
    let words =
      switch entry.change {
      case .opened, .reminder: "The incident goes on"
      case .worsened: "It is \(entry.incident.severity.rawValue) now"
      case .flapping: "It comes and goes"
      case .ended: "The incident has ended"
      }
    return """
      \(words), says oceanid-guard on `\(host)`.

      \(block)

      \(mark.line)

      """
  }

  private var block: String {
    let text = NoticeText.block(entry).limited(to: IssueText.longestBlock)
    let fence = String(repeating: "`", count: max(3, IssueText.longestRun(in: text) + 1))
    return "\(fence)text\n\(text)\(text.hasSuffix("\n") ? "" : "\n")\(fence)"
  }

  /// The length of the longest run of backticks. A fence must be longer (CommonMark §4.5).
  private static func longestRun(in text: String) -> Int {
    var (longest, run) = (0, 0)
    for byte in text.utf8 {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }
}
