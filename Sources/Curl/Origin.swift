/// The server of a client: its address, transport, trusted authorities and our credentials.
package struct Origin: Hashable, Sendable {
  package enum Scheme: String, Hashable, Sendable {
    case http, https
  }

  /// The transport of a connection. The name in the URL, and with it SNI and verification, does not depend on it.
  package enum Dial: Hashable, Sendable {
    /// By name and port of the origin itself.
    case direct
    /// To this TCP address instead of the origin's name and port.
    case tcp(host: String, port: UInt16)
    /// To the path of a Unix socket.
    case unixSocket(String)
    /// To a Unix socket in the abstract namespace (unix(7)), named without the leading NUL. libcurl before 8.0 does
    /// not reuse connections to one.
    case abstractSocket(String)
  }

  package enum Trust: Hashable, Sendable {
    /// The system's certificate authorities.
    case system
    /// Only these authorities, in PEM.
    case authorities([UInt8])
    /// No verification: the connection is encrypted but not authenticated.
    case anyone
  }

  /// A certificate with its key, both PEM. OpenSSL gets them from memory, never from a file.
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
  /// The expected name in the certificate, if it is not `host`.
  package let serverName: String?
  package let dial: Dial
  package let trust: Trust
  package private(set) var identity: Identity?
  /// TLS 1.2 at most, in which the server verifies the client certificate during the handshake.
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

  /// The same origin for a request that shows why the server rejects a certificate. In TLS 1.3 the server's alert
  /// about our certificate arrives after our handshake is complete (RFC 8446 §4.4.2.4), and it is lost if the
  /// connection is closed while the request is being sent.
  package var forDiagnosis: Origin {
    var origin = self
    origin.isLimitedToTLS12 = true
    return origin
  }

  /// The same origin for requests that need no credential.
  package var withoutIdentity: Origin {
    var origin = self
    origin.identity = nil
    return origin
  }

  /// `host:port`, with brackets around IPv6.
  package var authority: String { Origin.authority(host, port) }

  /// The start of every URL. Its host determines SNI and verification, so it is the server name if one is set; the
  /// Host header then contains the real host.
  var base: String { "\(scheme.rawValue)://\(Origin.authority(serverName ?? host, port))" }

  /// CURLOPT_CONNECT_TO: connect to this address instead of the URL's host and port.
  var connectTo: String? {
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
