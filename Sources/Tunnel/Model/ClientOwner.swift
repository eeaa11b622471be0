internal import Platform

/// Whose a local connection is.
package enum ClientOwner: Hashable, Sendable, CustomStringConvertible {
  /// The guard's own requests.
  case own
  /// A user of this machine.
  case user(UInt32)
  /// Another machine, by its IPv4 address or its IPv6 network.
  case host(String)
  /// A process of this machine that the kernel no longer knows, or does not tell of.
  case unknown

  /// `uid 1001`
  package var description: String {
    switch self {
    case .own: "the guard"
    case .user(let uid): "uid \(uid)"
    case .host(let address): address
    case .unknown: "a local process whose user is not known"
    }
  }
}

/// What belongs to somebody.
protocol Owned {
  var owner: ClientOwner { get }
}

/// Finds out whose a connection is that a listener accepted. Belongs to the tunnel's thread.
final class PeerOwners {
  /// nil where the kernel or a sandbox has none: every local process is one owner then.
  private let diagnostics = try? SocketDiagnostics()

  /// - Parameter origin: the far end, as accept(2) told it.
  func owner(of socket: Socket, origin: SocketAddress) -> ClientOwner {
    guard origin.isInternet else {
      return PeerCredentials(ofSocket: socket.raw).map { .user($0.uid) } ?? .unknown
    }
    if let uid = diagnostics?.owner(ofPeerOf: socket.descriptor) { return .user(uid) }
    return origin.isLoopback ? .unknown : .host(origin.network)
  }
}
