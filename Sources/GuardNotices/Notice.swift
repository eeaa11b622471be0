/// A desktop notification for the user.
struct Notice: Hashable, Codable, Sendable {
  enum Urgency: String, Comparable, Codable, Sendable {
    case low, warning, critical

    static func < (a: Urgency, b: Urgency) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .low: 0
      case .warning: 1
      case .critical: 2
      }
    }
  }

  /// The notification's category, for which servers may have rules.
  enum Category: String, Codable, Sendable {
    case incident = "x-oceanid.incident"
    case over = "x-oceanid.over"
    case guardAway = "x-oceanid.guard"
  }

  /// One line.
  let summary: String
  /// Lines; may be empty.
  let body: String
  let urgency: Urgency
  let category: Category
}
