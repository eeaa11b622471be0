internal import GuardTypes
package import Health

extension Configuration {
  /// An entry of `clusters`.
  package struct Cluster: Hashable, Sendable {
    /// Unique.
    package var name: String
    /// The tunnel to the cluster.
    package var tunnel: Tunnel
    /// The polls of its API.
    package var kubernetes: Kubernetes
    /// The objects that must exist.
    package var expect: Expectations
    /// How a commit gets to the cluster; nil: nothing of it is asked.
    package var pipeline: Pipeline?
  }
}

extension Configuration.Cluster {
  /// The names of the credentials that the connection to the cluster uses.
  package var credentials: [String] {
    let files = (tunnel.identityFiles ?? []) + (tunnel.knownHostsFiles ?? []) + [kubernetes.kubeconfig]
    let names = files.compactMap { SecretSource.credentialName(in: $0) }
    if case .credential(let name)? = tunnel.passphrase { return names + [name] }
    return names
  }
}

extension Configuration.Cluster: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) {
    self.init(
      name: "", tunnel: .init(host: ""), kubernetes: .init(defaultsIn: environment), expect: Expectations())
  }

  static var keys: [ConfigurationKey<Configuration.Cluster>] {
    [
      .init(
        "name", \.name, .uniqueName(of: "cluster"), missing: "a cluster needs a name",
        "The name of the cluster in every document and message. Each cluster has its own."),
      .init(
        "tunnel", section: \.tunnel, style: .block, missing: "a cluster needs 'tunnel' with a 'host'"),
      .init("kubernetes", section: \.kubernetes, style: .block),
      .init("expect", section: \.expect, style: .block),
      .init("pipeline", style: .block, get: \.pipeline, set: { $0.pipeline = $1 }),
    ]
  }
}
