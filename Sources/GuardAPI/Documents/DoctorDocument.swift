/// The output of `oceanid-ctl doctor --json`: the steps of the connection to each cluster.
package struct DoctorDocument: Codable, Hashable, Sendable {
  package var schema: String
  /// The worst outcome of all findings.
  @Field package var outcome: FindingOutcome
  /// In the order of the connection's steps; the first failed one is the cause.
  @Field package var findings: [FindingDocument]

  package init(_ findings: [FindingDocument]) {
    schema = Schema.doctor.description
    self.findings = findings
    let outcomes = findings.map(\.outcome)
    outcome = outcomes.contains(.failed) ? .failed : outcomes.contains(.warning) ? .warning : .ok
  }
}

/// One step of the connection with its result. It contains no secrets.
package struct FindingDocument: Codable, Hashable, Sendable {
  /// For example `host key`.
  @Field package var step: String
  /// null for a step that concerns this machine and not a cluster.
  @Field package var cluster: String?
  @Field package var outcome: FindingOutcome
  /// The result, or the problem.
  @Field package var found: String
  /// The next step: a command or an action.
  @Field package var remedy: String?

  package init(
    _ step: String, of cluster: String? = nil, _ outcome: FindingOutcome, _ found: String,
    remedy: String? = nil
  ) {
    self.step = step
    self.cluster = cluster
    self.outcome = outcome
    self.found = found
    self.remedy = remedy
  }
}

/// `unknown` is only read, never written.
package enum FindingOutcome: String, Word {
  case ok, warning, failed
  /// Not tested, because an earlier step failed.
  case skipped
  case unknown

  package static var whenAbsent: FindingOutcome { .unknown }
}
