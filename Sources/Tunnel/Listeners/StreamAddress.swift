/// Where a stream socket listens or leads to: a TCP host and port, or the path of a Unix socket.
package enum StreamAddress: Hashable, Sendable, CustomStringConvertible {
  case tcp(HostPort)
  case unix(path: String)

  package init(host: String, port: UInt16) { self = .tcp(HostPort(host: host, port: port)) }

  /// `localhost:6443`, `[::1]:6443`, `/run/k3s.sock`
  package var description: String {
    switch self {
    case .tcp(let place): place.description
    case .unix(let path): path
    }
  }
}
