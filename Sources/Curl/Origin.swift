/// The server that a client talks to: where it is, how to get there, whom to trust, who we are.
package struct Origin: Hashable, Sendable {
  package enum Scheme: String, Hashable, Sendable {
    case http, https
  }

  /// How a connection is made. The name in the URL, and with it SNI and verification, stays the same.
  package enum Dial: Hashable, Sendable {
    /// By name and port of the origin itself.
    case direct
    /// To this TCP address, whatever the origin's name is.
    case tcp(host: String, port: UInt16)
    /// To a Unix socket's path.
    case unixSocket(String)
    /// To a Unix socket in the abstract namespace (unix(7)), name without the leading NUL. libcurl before 8.0 keeps
    /// no connection to one.
    case abstractSocket(String)
  }

  package enum Trust: Hashable, Sendable {
    /// The machine's own certificate authorities.
    case system
    /// Only these, in PEM.
    case authorities([UInt8])
    /// Whoever answers: the connection is encrypted to nobody in particular.
    case anyone
  }

  /// A certificate with its key, both PEM. They reach OpenSSL through memory, never through a file.
  package struct Identity: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    let certificate: [UInt8]
    let key: [UInt8]

    package init(certificate: [UInt8], key: [UInt8]) {
      self.certificate = certificate
      self.key = key
    }

    package var description: String { "client certificate" }
    package var customMirror: Mirror { Mirror(self, children: []) }
  }

  package let scheme: Scheme
  /// Host name or address, IPv6 without brackets.
  package let host: String
  package let port: UInt16
  /// The name that the certificate must carry, where it is not `host`.
  package let serverName: String?
  package let dial: Dial
  package let trust: Trust
  package let identity: Identity?
  /// TLS 1.2 at most: there a client certificate is judged inside the handshake.
  package private(set) var isLimitedToTLS12 = false

  package init(
    scheme: Scheme, host: String, port: UInt16, serverName: String? = nil, dial: Dial = .direct,
    trust: Trust = .system, identity: Identity? = nil
  ) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.serverName = serverName
    self.dial = dial
    self.trust = trust
    self.identity = identity
  }

  /// The same, for a question whose answer is the reason of a refusal. With TLS 1.3 the server's alert about
  /// our certificate comes after our handshake is done (RFC 8446 §4.4.2.4) and is lost when the connection is
  /// closed under the request that is being sent.
  package var forDiagnosis: Origin {
    var origin = self
    origin.isLimitedToTLS12 = true
    return origin
  }

  /// `host:port`, brackets around IPv6.
  package var authority: String { Origin.authority(host, port) }

  /// The start of every URL. Its host decides SNI and verification, so a foreign server name stands here
  /// and the Host header puts the real one right.
  var base: String { "\(scheme.rawValue)://\(Origin.authority(serverName ?? host, port))" }

  /// CURLOPT_CONNECT_TO: whatever host and port the URL names, go there.
  var detour: String? {
    switch dial {
    case .tcp(let host, let port): "::\(Origin.authority(host, port))"
    case .direct where serverName != nil: "::\(authority)"
    case .direct, .unixSocket, .abstractSocket: nil
    }
  }

  static func authority(_ host: String, _ port: UInt16) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
