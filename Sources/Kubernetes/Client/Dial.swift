internal import Curl

/// The transport to the API server. The server name to verify still comes from the kubeconfig.
package enum Dial: Hashable, Sendable {
  /// The path of a Unix socket that leads to the API server.
  case unixSocket(String)
  /// A Unix socket in the abstract namespace that leads to the API server; without the leading NUL.
  case abstractSocket(String)
  /// A TCP address.
  case tcp(host: String, port: UInt16)
}

extension Origin {
  init(_ kubeconfig: Kubeconfig, identity: Kubeconfig.Identity?, dial: Kubernetes.Dial) {
    let trust: Trust =
      if kubeconfig.isInsecure {
        .anyone
      } else {
        kubeconfig.authorities.map { .authorities($0) } ?? .system
      }
    let way: Origin.Dial =
      switch dial {
      case .unixSocket(let path): .unixSocket(path)
      case .abstractSocket(let name): .abstractSocket(name)
      case .tcp(let host, let port): .tcp(host: host, port: port)
      }
    self.init(
      scheme: kubeconfig.server.scheme == "https" ? .https : .http, host: kubeconfig.server.host,
      port: kubeconfig.server.port, serverName: kubeconfig.tlsServerName, dial: way, trust: trust,
      identity: identity.map { Identity(certificate: $0.certificate.value, key: $0.key.value) })
  }
}
