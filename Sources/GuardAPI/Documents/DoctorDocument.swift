/// What `oceanid-ctl doctor --json` prints: the way to each cluster, step by step.
package struct DoctorDocument: Codable, Hashable, Sendable {
  package var schema: String
  /// The worst of the findings.
  @Field package var outcome: FindingOutcome
  /// In the order of the way; the first that failed is where it breaks.
  @Field package var findings: [FindingDocument]

  package init(_ findings: [FindingDocument]) {
    schema = Schema.doctor.description
    self.findings = findings
    let outcomes = findings.map(\.outcome)
    outcome = outcomes.contains(.failed) ? .failed : outcomes.contains(.warning) ? .warning : .ok
  }
}

/// One step of the way, and how it was found. Free of secrets.
package struct FindingDocument: Codable, Hashable, Sendable {
  /// `host key`
  @Field package var step: String
  /// null: of this machine rather than of a cluster.
  @Field package var cluster: String?
  @Field package var outcome: FindingOutcome
  /// What is there, or what is wrong with it.
  @Field package var found: String
  /// A command or a step.
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

/// `unknown` is only ever read, never written.
package enum FindingOutcome: String, ShapedWord {
  case ok, warning, failed
  /// A step before it failed, so it could not be tried.
  case skipped
  case unknown

  package static var whenAbsent: FindingOutcome { .unknown }
  package static var written: [FindingOutcome] { allCases.filter { $0 != .unknown } }
}
