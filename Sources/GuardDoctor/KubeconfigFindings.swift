internal import GuardAPI
internal import GuardCluster
internal import GuardConfiguration
internal import Health
internal import Kubernetes
internal import Tunnel

/// Findings about the guard's kubeconfig, and about the one that kubectl uses in this shell.
enum KubeconfigFindings {
  static func own(
    _ cluster: Configuration.Cluster, _ loaded: Result<Kubeconfig, PollFailure>, now: Timestamp
  ) -> FindingDocument {
    let kubeconfig: Kubeconfig
    switch loaded {
    case .success(let value): kubeconfig = value
    case .failure(let failure):
      return FindingDocument(
        "kubeconfig", of: cluster.name, .failed, failure.message, remedy: failure.remedy)
    }
    if let end = kubeconfig.clientCertificateExpiry, end < now {
      return FindingDocument(
        "kubeconfig", of: cluster.name, .failed,
        "\(kubeconfig.path): its client certificate expired at \(end)",
        remedy: "copy a new one from the control plane: sudo cat /etc/rancher/k3s/k3s.yaml")
    }
    if let slip = slip(kubeconfig.server, cluster) {
      return FindingDocument(
        "kubeconfig", of: cluster.name, .warning, "\(kubeconfig.path): \(slip)",
        remedy: "set its server to https://\(cluster.publicListen), the forward's local end")
    }
    return FindingDocument(
      "kubeconfig", of: cluster.name, .ok,
      "\(kubeconfig.path), context \(kubeconfig.context), server \(kubeconfig.server)")
  }

  /// - Parameters:
  ///   - path: the file that kubectl reads in this shell: KUBECONFIG, or ~/.kube/config.
  ///   - isSet: true if KUBECONFIG is set.
  static func shell(
    _ clusters: [Configuration.Cluster], path: String, isSet: Bool, _ loaded: Result<Kubeconfig, PollFailure>
  ) -> FindingDocument {
    let name = isSet ? "KUBECONFIG" : "\(path) (KUBECONFIG is not set)"
    let remedy = "eval \"$(oceanid-ctl env)\""
    let kubeconfig: Kubeconfig
    switch loaded {
    case .success(let value): kubeconfig = value
    case .failure(let failure):
      return FindingDocument("your shell", .warning, "\(name): \(failure.message)", remedy: remedy)
    }
    let shown =
      "\(name)\(isSet ? " is \(path)," : ":") context \(kubeconfig.context), server \(kubeconfig.server)"
    if let cluster = clusters.first(where: { $0.forward(for: kubeconfig.server) != nil }) {
      return FindingDocument("your shell", .ok, "\(shown): \(cluster.name)")
    }
    let slip: String? = clusters.lazy.compactMap { Self.slip(kubeconfig.server, $0) }.first
    return FindingDocument(
      "your shell", .warning, "\(shown): \(slip ?? "kubectl here does not go through the guard's tunnel")",
      remedy: remedy)
  }

  /// The message about a server on this machine at whose port no forward listens; nil for others.
  private static func slip(_ server: Kubeconfig.Server, _ cluster: Configuration.Cluster) -> String? {
    guard cluster.isLoopback(server), cluster.forward(for: server) == nil else { return nil }
    let isFarPort = cluster.tunnel.forwards.contains { forward in
      guard case .tcp(let target) = forward.target else { return false }
      return target.port == server.port
    }
    return isFarPort
      ? "its server is \(server.host):\(server.port), the port on the far side; here it is \(cluster.publicListen)"
      : "its server is \(server.host):\(server.port), where no forward listens; that is \(cluster.publicListen)"
  }
}
