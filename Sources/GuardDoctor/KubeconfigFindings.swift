internal import GuardAPI
internal import GuardCluster
internal import GuardConfiguration
internal import GuardTypes
internal import Health
internal import Kubernetes
internal import Tunnel

/// Findings about the guard's kubeconfig, and about the one that kubectl uses in this shell.
enum KubeconfigFindings {
  /// - Parameter environment: the environment of the examining process.
  static func own(
    _ cluster: Configuration.Cluster, _ loaded: Result<Kubeconfig, PollFailure>,
    in environment: LocalEnvironment, now: Timestamp
  ) -> FindingDocument {
    let kubeconfig: Kubeconfig
    switch loaded {
    case .success(let value): kubeconfig = value
    case .failure(let failure):
      return FindingDocument("kubeconfig", of: cluster.name, .failed, failure.message, next: failure.step)
    }
    if let end = kubeconfig.clientCertificateExpiry, end < now {
      return FindingDocument(
        "kubeconfig", of: cluster.name, .failed,
        "\(kubeconfig.path): its client certificate expired at \(end)",
        next: NextStep(note: "copy a new one \(KubeconfigAdvice.source): \(KubeconfigAdvice.command)"))
    }
    let isCredential = environment.credential(holding: kubeconfig.path)
    if let mismatch = cluster.mismatch(kubeconfig, isCredential: isCredential)
      ?? cluster.contextMismatch(kubeconfig, isCredential: isCredential)
    {
      return FindingDocument(
        "kubeconfig", of: cluster.name, .warning, "\(kubeconfig.path): \(mismatch.words)",
        next: mismatch.step.run(as: environment.asOwner))
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
    let next = NextStep(command: "eval \"$(oceanid-ctl env)\"")
    let kubeconfig: Kubeconfig
    switch loaded {
    case .success(let value): kubeconfig = value
    case .failure(let failure):
      return FindingDocument("your shell", .warning, "\(name): \(failure.message)", next: next)
    }
    let shown =
      "\(name)\(isSet ? " is \(path)," : ":") context \(kubeconfig.context), server \(kubeconfig.server)"
    if let cluster = clusters.first(where: { $0.isLocalEnd(kubeconfig.server) }) {
      return FindingDocument("your shell", .ok, "\(shown): \(cluster.name)")
    }
    let mismatch = clusters.lazy.filter { $0.isLoopback(kubeconfig.server) }
      .compactMap { $0.mismatch(kubeconfig, isCredential: false)?.words }.first
    return FindingDocument(
      "your shell", .warning,
      "\(shown): \(mismatch ?? "kubectl here does not go through the guard's tunnel")", next: next)
  }
}
