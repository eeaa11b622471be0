import GuardAPI
import GuardConnection

/// `doctor`: the steps of the connection as the running guard sees them.
enum DoctorAnswer {
  /// - Parameter kubeconfigs: paths that are left out, so that an assistant does not use the files without the guard.
  static func answer(_ view: GuardViewDocument, cluster: String?, kubeconfigs: [String] = []) -> JSONValue {
    let findings = view.findings.filter { cluster == nil || $0.cluster == nil || $0.cluster == cluster }
    let failed = findings.first { $0.outcome == .failed }
    return Listing.answer(
      ["outcome": .string(DoctorDocument(findings).outcome.rawValue), "firstFailed": .own(failed?.step)],
      "steps", findings, limit: nil
    ) { json($0, kubeconfigs) }
  }

  /// A step's result names files, programs and texts of servers, so it is not ours.
  private static func json(_ finding: FindingDocument, _ kubeconfigs: [String]) -> JSONValue {
    func foreign(_ text: String?) -> JSONValue? {
      .foreign(kubeconfigs.reduce(text) { $0?.replacing($1, with: "KUBECONFIG") })
    }
    return .fields([
      "step": .own(finding.step), "cluster": .own(finding.cluster),
      "outcome": .string(finding.outcome.rawValue),
      "untrusted": .untrusted([
        "found": foreign(finding.found), "command": foreign(finding.command),
        "note": foreign(finding.note),
      ]),
    ])
  }
}
