import Glibc
import GuardAPI

/// The kubeconfig that belongs to a cluster's tunnel.
enum ClusterKubeconfig {
  /// - Parameter named: given by the user, in place of the guard's own.
  static func path(of status: StatusDocument, named: String?) throws(KubeconfigComplaint) -> String {
    if let named {
      guard access(named, R_OK) == 0 else { throw .unreadable(named, errno, isOwn: true) }
      return named
    }
    guard let cluster = status.clusters.first else { throw .noCluster }
    guard status.clusters.count == 1 else { throw .severalClusters(status.clusters.map(\.name)) }
    guard let path = cluster.kubeconfig else { throw .notTold }
    // A list, as KUBECONFIG takes it, may name files that are not there.
    var failure: (path: String, code: Int32)?
    for file in path.split(separator: ":").map(String.init) {
      if access(file, R_OK) == 0 { return path }
      if failure == nil || errno != ENOENT { failure = (file, errno) }
    }
    throw .unreadable(failure?.path ?? path, failure?.code ?? ENOENT, isOwn: false)
  }
}

/// Why there is no kubeconfig to be used.
enum KubeconfigComplaint: Complaint, Hashable {
  case noCluster
  case severalClusters([String])
  /// The daemon is older than this client.
  case notTold
  case unreadable(String, Int32, isOwn: Bool)

  var exitStatus: Int32 {
    switch self {
    case .unreadable(_, EACCES, _): ExitStatus.denied.rawValue
    // Nothing is wrong with what was asked.
    case .unreadable(_, _, isOwn: false): ExitStatus.unavailable.rawValue
    case .noCluster, .severalClusters, .notTold, .unreadable: ExitStatus.usage.rawValue
    }
  }

  var description: String {
    switch self {
    case .noCluster: return "the guard watches no cluster"
    case .severalClusters(let names):
      return "the guard watches \(names.joined(separator: ", ")): choose with --cluster"
    case .notTold:
      return "the running guard is older and does not tell its kubeconfig: name yours with --kubeconfig FILE"
    case .unreadable(let path, let code, let isOwn):
      let reason =
        switch code {
        case ENOENT, ENOTDIR: "does not exist"
        case EACCES: "is not for you to read"
        default: "can't be read: \(String(cString: strerror(code)))"
        }
      return isOwn
        ? "\(path) \(reason)"
        : "the guard's kubeconfig \(path) \(reason); name your own with --kubeconfig FILE"
    }
  }
}
