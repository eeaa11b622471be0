import GuardAPI
import GuardConnection
import GuardTypes
import Health
import SystemJournal

/// What this client needs on this machine: the guard's socket, and the journal.
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
        isSame ? found : "\(found), and this is oceanid-ctl \(Product.version)",
        remedy: isSame ? nil : "systemctl restart oceanid-guard   (after an upgrade, the old one goes on)")
      return [answer] + status.clusters.map(view)
    }
  }

  /// What the running guard says of the same way.
  private static func view(_ cluster: ClusterDocument) -> FindingDocument {
    let isWell = cluster.tunnel.state == .up && cluster.poll.ok == true && cluster.verdict == .healthy
    return FindingDocument(
      "guard's view", of: cluster.name, isWell ? .ok : .warning,
      "tunnel \(cluster.tunnel.state?.rawValue ?? "unknown"); \(cluster.verdict.rawValue): \(cluster.summary)",
      remedy: isWell ? nil : "oceanid-ctl status")
  }

  static func journal(_ failure: JournalError?) -> FindingDocument {
    guard let failure else { return FindingDocument("journal", .ok, "its history can be read") }
    return FindingDocument("journal", .warning, "\(failure); oceanid-ctl history asks the guard instead")
  }
}
