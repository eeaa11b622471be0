import GuardAPI
import GuardTypes

/// Whether a cluster's local addresses are the guard's and accept connections. Another program that listens there
/// receives what is meant for the cluster, tokens included.
struct ForwardOwner: Hashable {
  let cluster: ClusterDocument

  /// Why an address must not be used; nil where the guard listens and accepts on each of them.
  ///
  /// Which of several forwards a kubeconfig goes through is for its server line to say: none of them may be another's.
  var complaint: String? {
    // An older guard may leave forwards out: what is not told is not known.
    guard !cluster.tunnel.forwards.isEmpty else {
      return "\(cluster.name): the guard reports no forward to the cluster"
    }
    let reasons = cluster.tunnel.forwards.compactMap { forward -> String? in
      switch forward.state {
      case .listening: forward.shortage.map { "\(forward.listen) accepts no connection: \($0)" }
      case .portBusy:
        forward.holder.map { "\(forward.listen) is in use by \($0), not by the guard" }
          ?? "\(forward.listen) is in use by another process, not by the guard"
      case nil: "\(forward.listen): the guard does not report whether it listens there"
      }
    }
    return reasons.isEmpty ? nil : "\(cluster.name): \(reasons.joined(separator: "; "))"
  }
}

/// A local address of the cluster is another program's, or accepts nobody.
struct ForeignForward: Complaint, Hashable {
  let reason: String
  var exitStatus: Int32 { ExitStatus.unavailable.rawValue }
  var description: String { "\(reason). To see the listener: sudo ss -ltnp" }

  /// Throws where one of the clusters has such an address.
  static func refuse(_ status: StatusDocument) throws(ForeignForward) {
    if let reason = status.clusters.lazy.compactMap({ ForwardOwner(cluster: $0).complaint }).first {
      throw ForeignForward(reason: reason)
    }
  }
}
