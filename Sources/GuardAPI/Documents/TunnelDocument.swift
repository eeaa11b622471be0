package import Health

/// `clusters[].tunnel`
package struct TunnelDocument: Codable, Hashable, Sendable {
  /// `tunnel.lastError`
  package struct Failure: Codable, Hashable, Sendable {
    /// One of `TunnelHealth.ErrorCode`'s words; a newer daemon may have others.
    package var code: String
    @Field package var message: String
    @Field package var remedy: String?
    @Field package var at: Timestamp?

    package init(_ failure: TunnelHealth.Failure) {
      code = failure.code.rawValue
      message = failure.message
      remedy = failure.remedy
      at = failure.at
    }
  }

  @Field package var state: TunnelState
  @Field package var since: Timestamp?
  @Field package var host: String
  /// `192.0.2.7:22`, once connected.
  @Field package var peer: String?
  @Field package var user: String?
  /// `SHA256:…`
  @Field package var hostKey: String?
  @Field package var cipher: String?
  @Field package var roundTripMs: Double?
  @Field package var reconnects: Int
  @Field package var attempt: Int
  @Field package var nextAttemptAt: Timestamp?
  @Field package var lastError: Failure?
  @Field package var forwards: [ForwardDocument]

  package init(
    state: TunnelState, since: Timestamp?, host: String, peer: String? = nil, user: String? = nil,
    hostKey: String? = nil, cipher: String? = nil, roundTripMs: Double? = nil, reconnects: Int = 0,
    attempt: Int = 0, nextAttemptAt: Timestamp? = nil, lastError: Failure? = nil,
    forwards: [ForwardDocument] = []
  ) {
    self.state = state
    self.since = since
    self.host = host
    self.peer = peer
    self.user = user
    self.hostKey = hostKey
    self.cipher = cipher
    self.roundTripMs = roundTripMs
    self.reconnects = reconnects
    self.attempt = attempt
    self.nextAttemptAt = nextAttemptAt
    self.lastError = lastError
    self.forwards = forwards
  }
}

/// `tunnel.forwards[]`
package struct ForwardDocument: Codable, Hashable, Sendable {
  package var listen: String
  package var target: String
  @Field package var state: ForwardState
  /// Who has the port instead: `ssh (pid 4242)`.
  @Field package var holder: String?
  @Field package var openConnections: Int
  @Field package var acceptedConnections: Int64
  @Field package var refusedConnections: Int64
  @Field package var bytesFromTarget: Int64
  @Field package var bytesToTarget: Int64

  package init(
    listen: String, target: String, state: ForwardState, holder: String? = nil, openConnections: Int = 0,
    acceptedConnections: Int64 = 0, refusedConnections: Int64 = 0, bytesFromTarget: Int64 = 0,
    bytesToTarget: Int64 = 0
  ) {
    self.listen = listen
    self.target = target
    self.state = state
    self.holder = holder
    self.openConnections = openConnections
    self.acceptedConnections = acceptedConnections
    self.refusedConnections = refusedConnections
    self.bytesFromTarget = bytesFromTarget
    self.bytesToTarget = bytesToTarget
  }
}
