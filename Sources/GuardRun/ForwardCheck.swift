package import GuardAPI
import GuardTerminal
import GuardTypes

/// Checks that the guard listens on a cluster's local addresses and accepts connections. Another program on
/// an address would receive the requests for the cluster with their tokens.
package struct ForwardCheck: Hashable {
  package let cluster: ClusterDocument

  package init(cluster: ClusterDocument) {
    self.cluster = cluster
  }

  /// The reason why an address must not be used; nil if the guard listens and accepts connections on each.
  ///
  /// All forwards are checked, because only the kubeconfig's server line decides which one is used.
  package var obstacle: String? {
    // An older guard may not report its forwards, so their state is unknown.
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

  /// The next step: `ss` if another process holds the port, otherwise `tunnel`.
  var nextStep: String {
    cluster.tunnel.forwards.contains { $0.state == .portBusy }
      ? "See which process listens there: sudo ss -ltnp" : "See: oceanid-ctl tunnel"
  }
}

/// A local address of the cluster belongs to another program or accepts no connections.
package struct ForwardUnavailable: CommandError, Hashable {
  let reason: String
  let nextStep: String
  package var exitStatus: Int32 { ExitStatus.unavailable.rawValue }
  package var description: String { "\(reason). \(nextStep)" }

  /// Throws if one of the clusters has such an address.
  package static func check(_ status: StatusDocument) throws(ForwardUnavailable) {
    for check in status.clusters.map(ForwardCheck.init) {
      if let reason = check.obstacle { throw ForwardUnavailable(reason: reason, nextStep: check.nextStep) }
    }
  }
}
