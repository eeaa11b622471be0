package import GuardAPI
package import GuardConnection
import GuardTypes
import Health
package import SystemJournal

/// The findings about the client's own requirements: the control socket and the journal.
package enum ClientFindings {
  package static func socket(
    _ socket: SocketPath, _ answer: Result<StatusDocument, ClientError>
  ) -> [FindingDocument] {
    switch answer {
    case .failure(let error):
      return [
        FindingDocument(
          "guard's socket", .failed, "\(error)", next: error.step)
      ]
    case .success(let status):
      let isSame = status.version == Product.version
      let found = "\(socket.path): oceanid-guard \(status.version) answers"
      let answer = FindingDocument(
        "guard's socket", isSame ? .ok : .warning,
        isSame ? found : "\(found); this is oceanid-ctl \(Product.version)",
        next: isSame
          ? nil
          : NextStep(
            command: restartCommand(socket),
            note: "after an upgrade, the old version keeps running until then"))
      return [answer] + status.clusters.map(view)
    }
  }

  /// The running guard's verdict, so that the page never reports success while the guard reports a problem.
  private static func view(_ cluster: ClusterDocument) -> FindingDocument {
    let isHealthy = cluster.tunnel.state == .up && cluster.poll.ok == true && cluster.verdict == .healthy
    return FindingDocument(
      "guard's view", of: cluster.name,
      isHealthy ? .ok : cluster.verdict == .critical ? .failed : .warning,
      "tunnel \(cluster.tunnel.state?.rawValue ?? "unknown"); \(cluster.verdict.rawValue): \(cluster.summary)",
      next: isHealthy ? nil : NextStep(command: "oceanid-ctl status"))
  }

  private static func restartCommand(_ socket: SocketPath) -> String {
    "systemctl \(socket.isUserUnit ? "--user " : "")restart oceanid-guard"
  }

  /// The caller's findings beside a guard that does not report its own. Its configuration may be anywhere, so the lack
  /// of a file in the default places does not mean that no guard is set up.
  package static func besideGuard(_ own: [FindingDocument]) -> [FindingDocument] {
    own.map { finding in
      guard finding.next?.command?.hasPrefix("oceanid-ctl setup") == true else { return finding }
      guard finding.step == "configuration", finding.outcome == .failed else {
        return FindingDocument(finding.step, of: finding.cluster, finding.outcome, finding.found)
      }
      return FindingDocument(
        finding.step, .warning,
        "there is no guard.yaml in the default places; these steps are for the built-in cluster tethys",
        next: NextStep(note: "name the file of the guard: oceanid-ctl doctor --config FILE"))
    }
  }

  /// The finding that the guard's own view is missing although the guard answers.
  package static func missingView(_ error: ClientError, _ socket: SocketPath) -> FindingDocument {
    let isOlder = if case .refused(status: 404, _, _) = error { true } else { false }
    return FindingDocument(
      "service", .warning,
      isOlder
        ? "the running guard is older and does not report its own view; these steps show your view"
        : "the guard did not report its own view: \(error); these steps show your view",
      next: isOlder ? NextStep(command: restartCommand(socket)) : nil)
  }

  package static func journal(_ failure: JournalError?) -> FindingDocument {
    guard let failure else { return FindingDocument("journal", .ok, "readable") }
    return FindingDocument("journal", .warning, "\(failure); oceanid-ctl history asks the guard instead")
  }
}
