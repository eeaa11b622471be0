internal import Platform

/// An accepted local connection that needs a channel. The thread that accepted it passes it to the thread of the
/// session that carries it.
struct Client: Sendable, Owned {
  /// Unique within a tunnel.
  let number: UInt32
  let socket: Socket
  let owner: ClientOwner
  /// Counts against its owner's share of the port; nil for the guard's own requests and for a hop behind a jump host.
  private let admission: PortShares.Admission?
  /// The originator (RFC 4254 §7.2).
  let origin: HostPort
  let target: StreamAddress
  /// The command of which this connection is the output; nil for a connection to `target`.
  let command: String?
  /// nil for the guard's own requests and for a hop behind a jump host.
  let counters: ForwardCounters?
  /// The traffic of this connection; nil in the same cases.
  let traffic: ConnectionTraffic?
  /// When its wait for the tunnel ends.
  let deadline: MonotonicTime

  init(
    number: UInt32, socket: Socket, owner: ClientOwner = .own, admission: PortShares.Admission? = nil,
    origin: HostPort, target: StreamAddress, command: String? = nil, counters: ForwardCounters? = nil,
    deadline: MonotonicTime
  ) {
    self.number = number
    self.socket = socket
    self.owner = owner
    self.admission = admission
    self.origin = origin
    self.target = target
    self.command = command
    self.counters = counters
    self.traffic = counters?.begin(origin: "\(origin)")
    self.deadline = deadline
  }

  /// True for the guard's own requests and for a hop behind a jump host.
  var isUncounted: Bool { counters == nil }

  /// Counts and records how the connection ended.
  func end(_ end: ConnectionEnd) {
    if let traffic { counters?.end(traffic, end) }
  }

  /// Resets the connection, so that the client does not take the loss for a normal end.
  func reset() { StreamSocket.resetOnClose(socket.descriptor) }
}
