internal import Platform

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
