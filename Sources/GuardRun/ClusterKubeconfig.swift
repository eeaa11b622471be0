import Glibc
package import GuardAPI
import GuardTerminal

/// The kubeconfig that belongs to a cluster's tunnel.
package enum ClusterKubeconfig {
  /// - Parameters:
  ///   - named: given by the user, in place of the guard's own, and so the user's own choice.
  ///   - reader: whom the command runs as that obeys the file.
  package static func path(
    of status: StatusDocument, named: String?, reader: UInt32 = geteuid()
  ) throws(KubeconfigComplaint) -> String {
    if let named {
      guard access(named, R_OK) == 0 else { throw .unreadable(named, errno, isOwn: true) }
      return named
    }
    guard let cluster = status.clusters.first else { throw .noCluster }
    guard status.clusters.count == 1 else { throw .severalClusters(status.clusters.map(\.name)) }
    guard let path = cluster.kubeconfig else { throw .notTold }
    // A list, as KUBECONFIG takes it, may name files that are not there: they count once somebody writes them.
    var failure: (path: String, code: Int32)?
    var isReadable = false
    for file in path.split(separator: ":").map(String.init) {
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

/// Why there is no kubeconfig to be used.
package enum KubeconfigComplaint: Complaint, Hashable {
  case noCluster
  case severalClusters([String])
  /// The daemon is older than this client.
  case notTold
  case unreadable(String, Int32, isOwn: Bool)
  /// Another user could have written the guard's file, and it may name a program to be run.
  case untrusted(String, FileTrust.Flaw)

  package var exitStatus: Int32 {
    switch self {
    case .unreadable(_, EACCES, _), .untrusted: ExitStatus.denied.rawValue
    // Nothing is wrong with what was asked.
    case .unreadable(_, _, isOwn: false): ExitStatus.unavailable.rawValue
    case .noCluster, .severalClusters, .notTold, .unreadable: ExitStatus.usage.rawValue
    }
  }

  package var description: String {
    switch self {
    case .noCluster: return "the guard watches no cluster"
    case .severalClusters(let names):
      return "the guard watches \(names.joined(separator: ", ")): choose with --cluster"
    case .notTold:
      return "the running guard is older and does not tell its kubeconfig: name yours with --kubeconfig FILE"
    case .unreadable(let path, let code, let isOwn):
      let reason = FileTrust.Flaw.unseen(code)
      return isOwn
        ? "\(path) \(reason)"
        : "the guard's kubeconfig \(path) \(reason); name your own with --kubeconfig FILE"
    case .untrusted(let path, let flaw):
      return
        "the guard's kubeconfig \(path) \(flaw); it must be writable by you or root only, with each folder on its "
        + "way: move it to such a folder (/etc/oceanid), or name your own with --kubeconfig FILE"
    }
  }
}
