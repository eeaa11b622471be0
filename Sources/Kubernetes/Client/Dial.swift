internal import Curl

/// How the API server is reached. The kubeconfig's server name stays what is verified.
package enum Dial: Hashable, Sendable {
  /// A Unix socket's path, whose other end is the API server.
  case unixSocket(String)
  /// A Unix socket in the abstract namespace whose other end is the API server; without the leading NUL.
  case abstractSocket(String)
  /// This TCP address.
  case tcp(host: String, port: UInt16)
}

/// What one poll may cost this machine, whatever the server sends.
package struct PollLimits: Hashable, Sendable {
  /// Bytes of one answer that is held whole, after decompression.
  package var answerBytes: Int
  /// Bytes of one page of a list, after decompression.
  package var pageBytes: Int
  /// Bytes of all answers, after decompression.
  package var pollBytes: Int
  /// Objects asked for in one page.
  package var pageSize: Int
  /// Pages of one list.
  package var pages: Int
  /// Lines kept about objects that could not be decoded.
  package var undecodable: Int
  /// How often a list is asked for again in one poll where the server asks to wait.
  package var repetitions: Int
  /// How long the groups and versions of the server are remembered before it is asked whether they still hold.
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
