package import GuardTypes
package import Health

/// The state of a stage, with the problems that follow from it.
package struct StageResult: Hashable, Sendable {
  package var state: StageState
  /// The commit that the stage runs.
  package var commit: CommitID?
  package var summary: String
  package var since: Timestamp?
  package var url: String?
  /// The problem that stops the stage.
  package var finding: Observation.Finding?
  /// Further problems, which stop nothing.
  package var others: [Observation.Finding]
  /// As in `Stage.isUnseen`.
  package var isUnseen = false

  package init(
    _ state: StageState, _ summary: String, commit: CommitID? = nil, since: Timestamp? = nil,
    url: String? = nil, finding: Observation.Finding? = nil, others: [Observation.Finding] = []
  ) {
    self.state = state
    self.summary = summary
    self.commit = commit
    self.since = since
    self.url = url
    self.finding = finding
    self.others = others
  }

  package var findings: [Observation.Finding] { (finding.map { [$0] } ?? []) + others }
}

extension Duration {
  /// The usual duration of the last ones: the median; nil without any.
  static func median(_ durations: [Duration]) -> Duration? {
    durations.isEmpty ? nil : durations.sorted()[durations.count / 2]
  }

  /// How long something may run: half an hour, or three times as long as usual.
  static func timeLimit(_ durations: [Duration]) -> Duration {
    max(.seconds(1800), (median(durations) ?? .zero) * 3)
  }
}
