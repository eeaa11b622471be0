package import GuardTypes
package import Health

/// `clusters[].pipeline`: where the newest commit of the branch is, and what every stage runs. Absent without a
/// `pipeline` in the configuration.
package struct PipelineDocument: Codable, Hashable, Sendable {
  /// `pipeline.head`: the newest commit of the branch.
  package struct Head: Codable, Hashable, Sendable {
    package var sha: String
    /// When the guard first saw it.
    package var seenAt: Timestamp

    package init(sha: String, seenAt: Timestamp) {
      self.sha = sha
      self.seenAt = seenAt
    }
  }

  /// An entry of `pipeline.stages`.
  package struct Stage: Codable, Hashable, Sendable {
    /// The stable name for `--stage`: `cloud`, `cluster`, `source/flux-system/main`,
    /// `kustomization/flux-system/apps`.
    package var id: String
    /// `github`, `pulumi`, `source` or `kustomization`.
    package var kind: String
    /// Of the newest commit in this stage.
    @Field package var state: StageState
    @Field package var verdict: Verdict
    /// The commit that it runs.
    @Field package var commit: String?
    /// The number of later commits that touch its paths; nil if not known.
    @Field package var behind: Int?
    /// The number of later commits that do not touch its paths.
    @Field package var elsewhere: Int?
    /// How many of `behind` and `elsewhere` image automation made.
    @Field package var automation: Int?
    /// Its state in one line: `run 42 failed: deploy, step "pulumi up"`.
    @Field package var summary: String
    /// When `state` began.
    @Field package var since: Timestamp?
    /// The page of the run or deployment.
    @Field package var url: String?
    /// The id of the problem that stops it.
    @Field package var problem: String?

    package init(
      id: String, kind: String, state: StageState, verdict: Verdict, commit: String? = nil,
      behind: Int? = nil,
      elsewhere: Int? = nil, automation: Int? = nil, summary: String = "", since: Timestamp? = nil,
      url: String? = nil, problem: String? = nil
    ) {
      self.id = id
      self.kind = kind
      self.state = state
      self.verdict = verdict
      self.commit = commit
      self.behind = behind
      self.elsewhere = elsewhere
      self.automation = automation
      self.summary = summary
      self.since = since
      self.url = url
      self.problem = problem
    }
  }

  /// An entry of `pipeline.sources`: an API or a checkout that the guard reads.
  package struct Source: Codable, Hashable, Sendable {
    /// `github`, `pulumi` or `checkout`.
    package var name: String
    /// `ok` if all requests of the last poll were answered, otherwise `refused`, `limited`, `unreachable`, or
    /// `unreadable` if an answer came and can't be used; `waiting` before the first answer.
    package var state: String
    /// The causes if it is not `ok`, with each missing permission.
    @Field package var message: String?
    /// The last successful answer.
    @Field package var seenAt: Timestamp?
    /// No request is sent before this time: a limit of the API, or a refused token.
    @Field package var pausedUntil: Timestamp?
    /// When the token expires; nil if it does not or that is not known.
    @Field package var tokenExpires: Timestamp?

    package init(
      name: String, state: String, message: String? = nil, seenAt: Timestamp? = nil,
      pausedUntil: Timestamp? = nil, tokenExpires: Timestamp? = nil
    ) {
      self.name = name
      self.state = state
      self.message = message
      self.seenAt = seenAt
      self.pausedUntil = pausedUntil
      self.tokenExpires = tokenExpires
    }
  }

  /// An entry of `pipeline.markers`: an image policy and the line that it writes.
  package struct Marker: Codable, Hashable, Sendable {
    /// `namespace:name`; for a skipped file or a marker without a policy, the subject of the problem: `file apps/a.yaml`.
    package var policy: String
    /// Where the marker is; nil if there is none.
    @Field package var file: String?
    /// Counts from 1.
    @Field package var line: Int?
    /// The value in the file.
    @Field package var value: String?
    /// `good`, or the code of its problem.
    package var state: String

    package init(policy: String, file: String? = nil, line: Int? = nil, value: String? = nil, state: String) {
      self.policy = policy
      self.file = file
      self.line = line
      self.value = value
      self.state = state
    }
  }

  @Field package var repository: String?
  @Field package var branch: String?
  @Field package var verdict: Verdict
  @Field package var head: Head?
  /// In the order of the workflow: cloud, cluster stack, sources, Kustomizations.
  @Field package var stages: [Stage]
  @Field package var markers: [Marker]
  @Field package var sources: [Source]

  package init(
    repository: String?, branch: String?, verdict: Verdict, head: Head? = nil, stages: [Stage] = [],
    markers: [Marker] = [], sources: [Source] = []
  ) {
    self.repository = repository
    self.branch = branch
    self.verdict = verdict
    self.head = head
    self.stages = stages
    self.markers = markers
    self.sources = sources
  }
}

extension StageState: Word {
  package static var whenAbsent: StageState { .unknown }
}
