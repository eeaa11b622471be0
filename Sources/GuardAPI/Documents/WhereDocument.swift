package import Health

/// The answer of `GET /v1/where`: which stages of a cluster's pipeline have a commit.
package struct WhereDocument: Codable, Hashable, Sendable {
  /// An entry of `stages`.
  package struct Stage: Codable, Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
      /// The stage runs this commit or a later one.
      case has
      /// The commit does not touch the stage's paths.
      case unaffected
      /// The stage deploys it now or will do so soon.
      case underway
      /// The stage does not get it until a person acts.
      case stuck
      case unknown
    }

    /// As in `PipelineDocument.Stage.id`.
    package var id: String
    package var kind: String
    @Field package var state: State
    /// The commit that the stage runs.
    @Field package var commit: String?
    /// The reason, in one line.
    @Field package var summary: String
    @Field package var since: Timestamp?
    @Field package var url: String?
    /// The id of the problem that stops it.
    @Field package var problem: String?
    /// The next step if it is stuck.
    @Field package var command: String?
    @Field package var note: String?

    package init(
      id: String, kind: String, state: State, commit: String? = nil, summary: String = "",
      since: Timestamp? = nil, url: String? = nil, problem: String? = nil, command: String? = nil,
      note: String? = nil
    ) {
      self.id = id
      self.kind = kind
      self.state = state
      self.commit = commit
      self.summary = summary
      self.since = since
      self.url = url
      self.problem = problem
      self.command = command
      self.note = note
    }
  }

  package var cluster: String
  /// The full name, 40 hexadecimal digits.
  package var commit: String
  /// The first line of its message; nil if not known.
  @Field package var subject: String?
  @Field package var author: String?
  @Field package var committedAt: Timestamp?
  /// False if it is on no branch that leads to the newest commit: another branch, or the branch was force-pushed.
  @Field package var onBranch: Bool?
  @Field package var stages: [Stage]

  package init(
    cluster: String, commit: String, subject: String? = nil, author: String? = nil,
    committedAt: Timestamp? = nil, onBranch: Bool? = nil, stages: [Stage] = []
  ) {
    self.cluster = cluster
    self.commit = commit
    self.subject = subject
    self.author = author
    self.committedAt = committedAt
    self.onBranch = onBranch
    self.stages = stages
  }
}

extension WhereDocument.Stage.State: Word {
  package static var whenAbsent: WhereDocument.Stage.State { .unknown }
}
