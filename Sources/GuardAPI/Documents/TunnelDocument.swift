package import GuardTypes
package import Health

/// `clusters[].tunnel`
package struct TunnelDocument: Codable, Hashable, Sendable {
  /// `tunnel.lastError`
  package struct Failure: Codable, Hashable, Sendable {
    /// A value of `TunnelErrorCode`; a newer daemon may send other values.
    package var code: String
    @Field package var message: String
    @Field package var remedy: String?
    /// A command for any shell; null: no command on this machine helps.
    @Field package var command: String?
    /// An explanation of the command, or the next step if there is no command.
    @Field package var note: String?
    @Field package var at: Timestamp?

    package init(_ failure: TunnelHealth.Failure) {
      code = failure.code.rawValue
      message = failure.message
      remedy = failure.remedy
      command = failure.step.command
      note = failure.step.note
      at = failure.at
    }
  }

  @KnownWord package var state: TunnelState?
  @Field package var since: Timestamp?
  @Field package var host: String
  /// For example `192.0.2.7:22`, once connected.
  @Field package var peer: String?
  @Field package var user: String?
  /// For example `SHA256:…`.
  @Field package var hostKey: String?
  @Field package var cipher: String?
  @Field package var roundTripMs: Double?
  @Field package var reconnects: Int
  @Field package var attempt: Int
  @Field package var nextAttemptAt: Timestamp?
  @Field package var lastError: Failure?
  /// The thing that the login waits for besides the server, as the end of a sentence; null if there is none.
  @Field package var waitsFor: String?
  @Field package var forwards: [ForwardDocument]
  /// The jump hosts, the first one first.
  @Field package var via: [String]
  /// The SSH sessions in use.
  @Field package var sessions: [SessionDocument]
  /// The states of the tunnel, oldest first, without gaps. The last state is the current one.
  @Field package var history: [StateSpanDocument]

  package init(
    state: TunnelState, since: Timestamp?, host: String, peer: String? = nil, user: String? = nil,
    hostKey: String? = nil, cipher: String? = nil, roundTripMs: Double? = nil, reconnects: Int = 0,
    attempt: Int = 0, nextAttemptAt: Timestamp? = nil, lastError: Failure? = nil, waitsFor: String? = nil,
    forwards: [ForwardDocument] = [], via: [String] = [], sessions: [SessionDocument] = [],
    history: [StateSpanDocument] = []
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
    self.waitsFor = waitsFor
    self.forwards = forwards
    self.via = via
    self.sessions = sessions
    self.history = history
  }
}

extension TunnelDocument {
  /// The open connections of all forwards.
  package var openConnections: Int { forwards.reduce(0) { $0 + $1.openConnections } }
}

/// `tunnel.sessions[]`
package struct SessionDocument: Codable, Hashable, Sendable {
  package var serial: Int
  /// For example `192.0.2.7:22`.
  @Field package var peer: String?
  @Field package var openConnections: Int
  /// Both directions together, measured over the last seconds.
  @Field package var bytesPerSecond: Int64?
  @Field package var since: Timestamp?

  package init(
    serial: Int, peer: String?, openConnections: Int, bytesPerSecond: Int64?, since: Timestamp?
  ) {
    self.serial = serial
    self.peer = peer
    self.openConnections = openConnections
    self.bytesPerSecond = bytesPerSecond
    self.since = since
  }
}

/// `tunnel.history[]`
package struct StateSpanDocument: Codable, Hashable, Sendable {
  @KnownWord package var state: TunnelAvailability?
  package var since: Timestamp
  /// nil for the current state.
  @Field package var until: Timestamp?
  /// The cause of the state, a value of `lastError.code`; nil if nothing failed.
  @Field package var code: String?

  package init(state: TunnelAvailability, since: Timestamp, until: Timestamp? = nil, code: String? = nil) {
    self.state = state
    self.since = since
    self.until = until
    self.code = code
  }
}
