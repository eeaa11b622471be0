internal import Platform

/// The address for the guard's own requests.
package enum InternalSocket: Hashable, Sendable {
  /// A socket file. It is preferred, because libcurl before 8.0 makes a new connection and TLS handshake for each
  /// request to an abstract socket: it takes the empty name for one that is not resolved yet (url.c, primary_ip).
  case path(String)
  /// A name in the abstract namespace (unix(7)), without the leading NUL.
  case abstract(String)

  private static let (prefix, suffix) = (".tunnel-", ".door")

  /// A new unique address, with a file in `folder` if that is writable.
  init(folder: String?) {
    let name = String(UInt64.random(in: .min ... .max), radix: 36)
    let path = folder.map { "\($0)/\(InternalSocket.prefix)\(name)\(InternalSocket.suffix)" }
    if let folder, let path, SmallFile.isWritable(folder), SocketAddress(path: path) != nil {
      self = .path(path)
    } else {
      self = .abstract("oceanid-guard-\(name)")
    }
  }

  var address: SocketAddress? {
    switch self {
    case .path(let path): SocketAddress(path: path)
    case .abstract(let name): SocketAddress(abstractName: name)
    }
  }

  /// Removes the files of guards that ended without removing them.
  package static func removeStale(in folder: String) {
    ControlSocket.removeStale(in: folder) { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }
  }
}
