package import GuardTypes
package import Health

/// `tunnel.forwards[]`
package struct ForwardDocument: Codable, Hashable, Sendable {
  package var listen: String
  package var target: String
  @KnownWord package var state: ForwardState?
  /// The process that uses the port instead, for example `ssh (pid 4242)`.
  @Field package var holder: String?
  /// The reason why no new connection is accepted although the guard is listening: a lack of descriptors or
  /// memory.
  @Field package var shortage: String?
  @Field package var openConnections: Int
  @Field package var acceptedConnections: Int64
  @Field package var refusedConnections: Int64
  @Field package var bytesFromTarget: Int64
  @Field package var bytesToTarget: Int64
  /// Bytes per second, measured over the last seconds.
  @Field package var rateFromTarget: Int64?
  @Field package var rateToTarget: Int64?
  /// Up to 20 open connections, then the last 20 closed ones; each newest first.
  @Field package var recent: [ConnectionDocument]

  package init(
    listen: String, target: String, state: ForwardState, holder: String? = nil, shortage: String? = nil,
    openConnections: Int = 0,
    acceptedConnections: Int64 = 0, refusedConnections: Int64 = 0, bytesFromTarget: Int64 = 0,
    bytesToTarget: Int64 = 0, rateFromTarget: Int64? = nil, rateToTarget: Int64? = nil,
    recent: [ConnectionDocument] = []
  ) {
    self.listen = listen
    self.target = target
    self.state = state
    self.holder = holder
    self.shortage = shortage
    self.openConnections = openConnections
    self.acceptedConnections = acceptedConnections
    self.refusedConnections = refusedConnections
    self.bytesFromTarget = bytesFromTarget
    self.bytesToTarget = bytesToTarget
    self.rateFromTarget = rateFromTarget
    self.rateToTarget = rateToTarget
    self.recent = recent
  }
}

/// `tunnel.forwards[].recent[]`
package struct ConnectionDocument: Codable, Hashable, Sendable {
  /// The client's address, for example `127.0.0.1:51234`.
  @Field package var origin: String
  package var openedAt: Timestamp
  /// nil while it is open.
  @Field package var endedAt: Timestamp?
  @Field package var bytesFromTarget: Int64
  @Field package var bytesToTarget: Int64
  /// `closed_by_client`, `closed_by_target`, `reset_by_client`, `tunnel_lost`, `refused` or `hold_expired`; a newer
  /// daemon may send other values. nil while it is open.
  @Field package var end: String?
  /// The reason why it was refused.
  @Field package var reason: String?

  package init(
    origin: String, openedAt: Timestamp, endedAt: Timestamp? = nil, bytesFromTarget: Int64 = 0,
    bytesToTarget: Int64 = 0, end: String? = nil, reason: String? = nil
  ) {
    self.origin = origin
    self.openedAt = openedAt
    self.endedAt = endedAt
    self.bytesFromTarget = bytesFromTarget
    self.bytesToTarget = bytesToTarget
    self.end = end
    self.reason = reason
  }
}
