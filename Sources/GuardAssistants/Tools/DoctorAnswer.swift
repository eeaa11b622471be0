import GuardAPI
import GuardConnection

/// `doctor`: the steps of the connection as the running guard sees them.
enum DoctorAnswer {
  static func answer(_ view: GuardViewDocument, cluster: String?) -> JSONValue {
    let findings = view.findings.filter { cluster == nil || $0.cluster == nil || $0.cluster == cluster }
    let failed = findings.first { $0.outcome == .failed }
    return Listing.answer(
      ["outcome": .string(DoctorDocument(findings).outcome.rawValue), "firstFailed": .own(failed?.step)],
      "steps", findings, limit: nil, json)
  }

  /// A step's result names files, programs and texts of servers, so it is not ours.
  private static func json(_ finding: FindingDocument) -> JSONValue {
    .fields([
      "step": .own(finding.step), "cluster": .own(finding.cluster),
      "outcome": .string(finding.outcome.rawValue),
      "untrusted": .untrusted([
        "found": .foreign(finding.found), "command": .foreign(finding.command),
        "note": .foreign(finding.note),
      ]),
    ])
  }
}
