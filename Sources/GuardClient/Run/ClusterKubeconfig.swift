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
    guard access(path, R_OK) == 0 else { throw .unreadable(path, errno, isOwn: false) }
    return path
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
    if case .unreadable(_, EACCES, _) = self { return ExitStatus.denied.rawValue }
    return ExitStatus.usage.rawValue
  }

  var description: String {
    switch self {
    case .noCluster: return "the guard watches no cluster"
    case .severalClusters(let names):
      return "the guard watches \(names.joined(separator: ", ")): choose with --cluster"
    case .notTold:
      return "the running guard is older and does not tell its kubeconfig: name yours with --kubeconfig FILE"
    case .unreadable(let path, let code, let isOwn):
      let why = "\(path): \(String(cString: strerror(code)))"
      return isOwn
        ? why : "the guard's kubeconfig is not for you to read: \(why); name your own with --kubeconfig FILE"
    }
  }
}
