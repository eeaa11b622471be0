internal import Glibc

/// An address that neither accepts nor refuses connections: its backlog is full, so the kernel drops SYN packets.
package final class BlackHole: Sendable {
  package let port: Int
  private let sockets: [LoopbackSocket]

  package init() throws {
    let (listener, port) = try LoopbackSocket.listener()
    self.port = port
    // A backlog of 0 still holds one connection.
    guard listen(listener.descriptor, 0) == 0 else { throw FixtureError.system("listen", errno) }
    sockets = [listener, try LoopbackSocket(port: port)]
  }
}
