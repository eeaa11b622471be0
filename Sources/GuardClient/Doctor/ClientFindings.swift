import GuardAPI
import GuardConnection
import GuardTypes
import Health
import SystemJournal

/// The findings about the client's own requirements: the control socket and the journal.
enum ClientFindings {
  static func socket(_ socket: SocketPath, _ answer: Result<StatusDocument, ClientError>) -> [FindingDocument]
  {
    switch answer {
    case .failure(let error):
      return [
        FindingDocument("guard's socket", .failed, "\(error)", remedy: error.remedy.first)
      ]
    case .success(let status):
      let isSame = status.version == Product.version
      let found = "\(socket.path): oceanid-guard \(status.version) answers"
      let answer = FindingDocument(
        "guard's socket", isSame ? .ok : .warning,
        isSame ? found : "\(found); this is oceanid-ctl \(Product.version)",
        remedy: isSame
          ? nil : "systemctl restart oceanid-guard   (after an upgrade, the old version keeps running)")
      return [answer] + status.clusters.map(view)
    }
  }

  /// The running guard's own view of the same connection.
  private static func view(_ cluster: ClusterDocument) -> FindingDocument {
    let isWell = cluster.tunnel.state == .up && cluster.poll.ok == true && cluster.verdict == .healthy
    return FindingDocument(
      "guard's view", of: cluster.name, isWell ? .ok : .warning,
      "tunnel \(cluster.tunnel.state?.rawValue ?? "unknown"); \(cluster.verdict.rawValue): \(cluster.summary)",
      remedy: isWell ? nil : "oceanid-ctl status")
  }

  static func journal(_ failure: JournalError?) -> FindingDocument {
    guard let failure else { return FindingDocument("journal", .ok, "readable") }
    return FindingDocument("journal", .warning, "\(failure); oceanid-ctl history asks the guard instead")
  }
}
