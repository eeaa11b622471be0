internal import Platform

/// A local connection that was accepted and wants a channel: handed from the thread that accepted it to the
/// thread whose session carries it.
struct Client: Sendable, Owned {
  /// Unique within a tunnel.
  let number: UInt32
  let socket: Socket
  let owner: ClientOwner
  /// Counts it in its owner's share of the port; nil for the guard's own requests, and for a hop behind a jump host.
  private let admission: PortShares.Admission?
  /// RFC 4254 §7.2 names the originator.
  let origin: HostPort
  let target: StreamAddress
  /// nil for the guard's own requests, and for a hop behind a jump host.
  let counters: ForwardCounters?
  /// Its traffic; nil for the same.
  let traffic: ConnectionTraffic?
  /// When its wait for the tunnel ends.
  let deadline: MonotonicTime

  init(
    number: UInt32, socket: Socket, owner: ClientOwner = .own, admission: PortShares.Admission? = nil,
    origin: HostPort, target: StreamAddress, counters: ForwardCounters? = nil, deadline: MonotonicTime
  ) {
    self.number = number
    self.socket = socket
    self.owner = owner
    self.admission = admission
    self.origin = origin
    self.target = target
    self.counters = counters
    self.traffic = counters?.begin(origin: "\(origin)")
    self.deadline = deadline
  }

  /// Counts and remembers its end.
  func end(_ end: ConnectionEnd) {
    if let traffic { counters?.end(traffic, end) }
  }

  /// Resets the connection, so that the client can tell a cut from an end.
  func reset() { StreamSocket.resetOnClose(socket.descriptor) }
}
