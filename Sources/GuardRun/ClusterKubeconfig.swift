import Glibc
package import GuardAPI
import GuardTerminal
import GuardTypes
package import Platform

/// The kubeconfig that belongs to a cluster's tunnel.
package enum ClusterKubeconfig {
  /// The kubeconfig for a command that is to run now. It throws if a local port of the cluster is not ours, or if the
  /// guard's file does not lead to the cluster or is not accepted by it.
  package static func usable(of status: StatusDocument, named: String?) throws -> String {
    let path: String
    do throws(UnusableKubeconfig) {
      path = try self.path(of: status, named: named)
    } catch {
      // A file that can't be used any more has no server; the one in the document is of an earlier reading.
      if case .elsewhere = error { try RejectedKubeconfig.refuse(status, only: [.kubeconfig]) }
      throw error
    }
    try ForwardUnavailable.check(status)
    if named == nil { try RejectedKubeconfig.refuse(status) }
    return path
  }

  /// - Parameters:
  ///   - named: the user's choice instead of the guard's file; it is not checked.
  ///   - reader: the user who runs the command that reads the file.
  package static func path(
    of status: StatusDocument, named: String?, reader: UInt32 = geteuid()
  ) throws(UnusableKubeconfig) -> String {
    if let named {
      guard access(named, R_OK) == 0 else { throw .unreadable(named, errno, isOwn: true) }
      return named
    }
    guard let cluster = status.clusters.first else { throw .noCluster }
    guard status.clusters.count == 1 else { throw .severalClusters(status.clusters.map(\.name)) }
    guard let path = cluster.kubeconfig else { throw .pathUnknown }
    if let error = cluster.kubeconfigObstacle {
      throw .elsewhere(path, error.message, step: [error.command, error.note].compactMap(\.self))
    }
    // A KUBECONFIG list may name files that do not exist yet.
    var failure: (path: String, code: Int32)?
    var isReadable = false
    for file in PathList.paths(path) {
      switch FileTrust(reader: reader).flaw(of: file) {
      case nil where access(file, R_OK) == 0: isReadable = true
      case nil: failure = (file, errno)
      case .unseen(let code): if failure == nil || code != ENOENT { failure = (file, code) }
      case .some(let flaw): throw .untrusted(file, flaw)
      }
    }
    if isReadable { return path }
    throw .unreadable(failure?.path ?? path, failure?.code ?? ENOENT, isOwn: false)
  }
}

/// The reason why no kubeconfig can be used.
package enum UnusableKubeconfig: CommandError, Hashable {
  case noCluster
  case severalClusters([String])
  /// The daemon is older than this client.
  case pathUnknown
  case unreadable(String, Int32, isOwn: Bool)
  /// Programs on this machine do not reach the cluster with the guard's file.
  case elsewhere(String, String, step: [String])
  /// Another user may have written the guard's file, which can name a program to execute.
  case untrusted(String, FileTrust.Flaw)

  package var exitStatus: Int32 {
    switch self {
    case .unreadable(_, EACCES, _), .untrusted: ExitStatus.denied.rawValue
    // The request was valid; there is no file that can be used.
    case .noCluster, .pathUnknown, .unreadable(_, _, isOwn: false), .elsewhere:
      ExitStatus.unavailable.rawValue
    case .severalClusters, .unreadable: ExitStatus.usage.rawValue
    }
  }

  package var description: String {
    switch self {
    case .noCluster: return "the guard watches no cluster"
    case .severalClusters(let names):
      return
        "the guard watches several clusters (\(names.joined(separator: ", "))): choose one with --cluster"
    case .pathUnknown:
      return
        "the running guard is older and does not report its kubeconfig: name yours with --kubeconfig FILE"
    case .unreadable(let path, let code, let isOwn):
      let reason = FileTrust.Flaw.unseen(code)
      return isOwn
        ? "\(path) \(reason)"
        : "the guard's kubeconfig \(path) \(reason); name your own with --kubeconfig FILE"
    case .elsewhere(let path, let message, let step):
      return
        (["the guard's kubeconfig \(path) does not lead to the cluster through the forward: \(message)"]
        + step
        + ["or name your own with --kubeconfig FILE"]).joined(separator: "\n  ")
    case .untrusted(let path, let flaw):
      return
        "the guard's kubeconfig \(path) \(flaw); only you and root may have write access to it and to each folder on "
        + "its path: move it to such a folder (/etc/oceanid), or name your own with --kubeconfig FILE"
    }
  }
}
