/// The address of an interface from which a connection was made. If the interface loses it, the connection is dead: no
/// packet of the peer arrives any more, and the kernel reports that only when a timeout ends.
package struct SourceAddress: Hashable, Sendable, CustomStringConvertible {
  private let host: String

  /// nil for a Unix socket, for loopback, and for an address that no interface has: with a local route or
  /// `ip_nonlocal_bind`, a connection works without one (ip(7)).
  package init?(of socket: borrowing Descriptor) {
    guard let address = SocketAddress(boundTo: socket), address.isInternet, !address.isLoopback,
      LocalAddress.includes(address.host)
    else { return nil }
    self.host = address.host
  }

  /// True if no interface has the address any more.
  package var isLost: Bool { LocalAddress.hosts.map { !$0.contains(host) } ?? false }

  package var description: String { host }
}
