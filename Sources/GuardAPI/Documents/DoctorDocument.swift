package import Health

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
  /// A command or a step, in one line.
  @Field package var remedy: String?
  /// A command for any shell; null: no command on this machine helps.
  @Field package var command: String?
  /// An explanation of the command, or the next step if there is no command.
  @Field package var note: String?

  package init(
    _ step: String, of cluster: String? = nil, _ outcome: FindingOutcome, _ found: String,
    next: NextStep? = nil
  ) {
    self.step = step
    self.cluster = cluster
    self.outcome = outcome
    self.found = found
    remedy = next?.remedy
    command = next?.command
    note = next?.note
  }

  /// The next step; nil: none is needed, or none is known.
  package var next: NextStep? {
    command == nil && note == nil ? remedy.map { NextStep(note: $0) } : NextStep(command: command, note: note)
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
