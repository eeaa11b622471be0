internal import Platform

/// A local connection that was accepted and wants a channel: handed from the thread that accepted it to the
/// thread whose session carries it.
struct Client: Sendable {
  /// Told apart by this within a tunnel.
  let number: UInt32
  let socket: Socket
  /// RFC 4254 §7.2 names the originator.
  let origin: HostPort
  let target: StreamAddress
  /// nil for the guard's own requests, and for a hop behind a jump host.
  let counters: ForwardCounters?
  /// When it has waited for the tunnel for long enough.
  let deadline: SuspendingClock.Instant

  /// Resets the connection, so that the client can tell a cut from an end.
  func reset() { StreamSocket.resetOnClose(socket.descriptor) }
}
