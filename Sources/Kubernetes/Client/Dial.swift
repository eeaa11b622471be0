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

/// Limits on the resources of one poll, whatever the server sends.
package struct PollLimits: Hashable, Sendable {
  /// Size in bytes of one response that is buffered, after decompression.
  package var answerBytes: Int
  /// Size in bytes of one page of a list, after decompression.
  package var pageBytes: Int
  /// Total size in bytes of all responses, after decompression.
  package var pollBytes: Int
  /// Number of objects requested per page.
  package var pageSize: Int
  /// Number of pages per list.
  package var pages: Int
  /// Number of entries kept about objects that could not be decoded.
  package var undecodable: Int
  /// Number of retries of one list per poll when the server sends Retry-After.
  package var repetitions: Int
  /// How long the server's groups and versions are cached before they are requested again.
  package var discoveryLifetime: Duration

  package init(
    answerBytes: Int = 8 << 20, pageBytes: Int = 64 << 20, pollBytes: Int = 192 << 20, pageSize: Int = 500,
    pages: Int = 40, undecodable: Int = 100,
    repetitions: Int = 3, discoveryLifetime: Duration = .seconds(60)
  ) {
    self.answerBytes = answerBytes
    self.pageBytes = pageBytes
    self.pollBytes = pollBytes
    self.pageSize = pageSize
    self.pages = pages
    self.undecodable = undecodable
    self.repetitions = repetitions
    self.discoveryLifetime = discoveryLifetime
  }
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
