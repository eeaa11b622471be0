package import GuardTypes
package import Health

/// The state of the fleet in the words of the terminal's pages: what the page shows under the verdict.
package struct PageDocument: Encodable, Hashable, Sendable {
  /// A line of a cluster's block: `Nodes`, its verdict and its text.
  package struct Row: Encodable, Hashable, Sendable {
    let label: String
    let verdict: String
    let texts: [String]

    package init(_ label: String, _ verdict: Verdict, _ texts: [String]) {
      self.label = label
      self.verdict = verdict.rawValue
      self.texts = texts
    }
  }

  package struct Cluster: Encodable, Hashable, Sendable {
    let name: String
    let verdict: String
    let summary: String
    let rows: [Row]
    let tables: [TableDocument]

    package init(name: String, verdict: Verdict, summary: String, rows: [Row], tables: [TableDocument]) {
      self.name = name
      self.verdict = verdict.rawValue
      self.summary = summary
      self.rows = rows
      self.tables = tables
    }
  }

  package struct Problem: Encodable, Hashable, Sendable {
    package var id: String
    package var severity: String
    package var cluster: String
    package var subject: String
    package var headline: String
    package var detail: String
    /// Milliseconds since 1970, for its age.
    package var sinceAt: Int64?
    package var since: String?
    package var command: String?
    package var note: String?
    package var muted: String?
    /// Further facts: name and value.
    package var facts: [[String]]
    /// Words in `topics`.
    package var topics: [String]

    package init(
      id: String, severity: String, cluster: String, subject: String, headline: String, detail: String,
      sinceAt: Int64?, since: String?, command: String?, note: String?, muted: String?, facts: [[String]],
      topics: [String]
    ) {
      self.id = id
      self.severity = severity
      self.cluster = cluster
      self.subject = subject
      self.headline = headline
      self.detail = detail
      self.sinceAt = sinceAt
      self.since = since
      self.command = command
      self.note = note
      self.muted = muted
      self.facts = facts
      self.topics = topics
    }
  }

  /// The text of `oceanid-ctl explain` about a code.
  package struct Topic: Encodable, Hashable, Sendable {
    let meaning: String
    let command: String?
    let note: String?

    package init(meaning: String, command: String?, note: String?) {
      self.meaning = meaning
      self.command = command
      self.note = note
    }
  }

  /// Milliseconds since 1970.
  package var at: Int64
  package var clock: String
  package var verdict: String
  package var summary: String
  /// In the order of the configuration; the page sorts them.
  package var clusters: [Cluster]
  /// Causes first.
  package var problems: [Problem]
  package var omittedProblems: Int
  package var topics: [String: Topic]

  package init(
    at: Timestamp, clock: String, verdict: Verdict, summary: String, clusters: [Cluster],
    problems: [Problem], omittedProblems: Int, topics: [String: Topic]
  ) {
    self.at = at.milliseconds
    self.clock = clock
    self.verdict = verdict.rawValue
    self.summary = summary
    self.clusters = clusters
    self.problems = problems
    self.omittedProblems = omittedProblems
    self.topics = topics
  }
}
