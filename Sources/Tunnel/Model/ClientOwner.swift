internal import Platform

/// The owner of a local connection.
package enum ClientOwner: Hashable, Sendable, CustomStringConvertible {
  /// The guard's own requests.
  case own
  /// A user of this machine.
  case user(UInt32)
  /// Another machine, identified by its IPv4 address or IPv6 network.
  case host(String)
  /// Local processes that had closed their connection before it was accepted. The kernel no longer knows their user.
  case departed
  /// A process of this machine whose user the kernel does not report.
  case unknown

  /// For example `uid 1001`.
  package var description: String {
    switch self {
    case .own: "the guard"
    case .user(let uid): "uid \(uid)"
    case .host(let address): address
    case .departed: "local processes that have closed their connections"
    case .unknown: "a local process whose user is not known"
    }
  }
}

/// A value with an owner.
protocol Owned {
  var owner: ClientOwner { get }
}

/// Finds the owners of accepted connections. Belongs to the tunnel's thread.
final class PeerOwners {
  /// nil if the kernel or a sandbox does not support it. All local processes then count as one owner.
  private let diagnostics = try? SocketDiagnostics()

  /// - Parameter origin: the peer's address, from accept(2).
  func owner(of socket: Socket, origin: SocketAddress) -> ClientOwner {
    guard origin.isInternet else {
      return PeerCredentials(ofSocket: socket.raw).map { .user($0.uid) } ?? .unknown
    }
    let peer = diagnostics?.peer(of: socket.descriptor) ?? .unknown
    if case .user(let uid) = peer { return .user(uid) }
    guard origin.isLoopback else { return .host(origin.network) }
    return peer == .closed ? .departed : .unknown
  }
}
