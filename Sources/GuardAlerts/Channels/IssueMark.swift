internal import Crypto
internal import Health
internal import IncidentTracking

/// The last line of an issue or comment that the guard wrote, which the guard recognizes it by.
///
/// It is an HTML comment, which GitHub does not display. All guards that watch a cluster write the same key for the same
/// subject, so that they find each other's issues.
struct IssueMark: Hashable, Sendable {
  /// 32 hexadecimal digits, derived from the incident's cluster and subject.
  let key: String
  let change: IncidentNotice.Change
  let severity: Problem.Severity
  /// The start of the incident in seconds since 1970, for the guard that wrote the mark. Anyone can write such a
  /// comment, so the number is range-checked.
  let since: Int64

  /// - Parameter host: this machine's name. Problems of the guard itself concern one machine only.
  init(_ entry: IncidentNotice.Entry, host: String) {
    let incident = entry.incident
    let isLocal = incident.kind.isOfThisMachine || incident.cluster.isEmpty
    // A test has no other incident that it could be mistaken for.
    let parts = incident.isTest ? [incident.id] : [incident.cluster, incident.subject, isLocal ? host : ""]
    let text = Array(parts.joined(separator: "\n").utf8)
    let code = HMACSHA256(of: text, key: Array("oceanid-guard issue".utf8))
    key = String((code?.hexadecimal ?? "").prefix(32))
    change = entry.change
    severity = incident.severity
    since = incident.since.milliseconds / 1000
  }

  /// The mark in the last line of a text. Marks in other lines may be text of a cluster.
  init?(in text: String) {
    guard let line = text.split(whereSeparator: \.isNewline).last(where: { !$0.allSatisfy(\.isWhitespace) }),
      line.utf8.count <= 200, let fields = IssueMark.fields(String(line)),
      let change = IncidentNotice.Change(rawValue: fields[1]),
      let severity = Problem.Severity(rawValue: fields[2]), let since = UInt32(fields[3])
    else { return nil }
    key = fields[0]
    self.change = change
    self.severity = severity
    self.since = Int64(since)
  }

  private static let names = ["incident=", "change=", "severity=", "since="]

  private static func fields(_ line: String) -> [String]? {
    let words = line.split(separator: " ").map(String.init)
    guard words.count == 7, words[0] == "<!--", words[1] == "oceanid-guard", words[6] == "-->" else {
      return nil
    }
    let pairs = zip(words[2...5], names)
    guard pairs.allSatisfy({ $0.hasPrefix($1) }) else { return nil }
    return pairs.map { String($0.dropFirst($1.count)) }
  }

  var line: String {
    "<!-- oceanid-guard incident=\(key) change=\(change.rawValue) severity=\(severity.rawValue) since=\(since) -->"
  }

  /// Guards may differ in the start of an incident by this many seconds.
  static let tolerance: Int64 = 300

  /// True if both report the same change of the same incident.
  func reportsSame(as other: IssueMark) -> Bool {
    key == other.key && change == other.change && severity == other.severity
      && abs(since - other.since) <= IssueMark.tolerance
  }
}
