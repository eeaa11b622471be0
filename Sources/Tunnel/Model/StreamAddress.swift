/// The address of a listener or a target: a TCP host and port, or the path of a Unix socket.
package enum StreamAddress: Hashable, Sendable, CustomStringConvertible {
  case tcp(HostPort)
  case unix(path: String)

  package init(host: String, port: UInt16) { self = .tcp(HostPort(host: host, port: port)) }

  /// For example `localhost:6443`, `[::1]:6443` or `/run/k3s.sock`.
  package var description: String {
    switch self {
    case .tcp(let place): place.description
    case .unix(let path): path
    }
  }
}

/// A host and a TCP port.
package struct HostPort: Hashable, Sendable, CustomStringConvertible {
  package let host: String
  package let port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// For example `localhost:6443` or `[::1]:6443`.
  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
