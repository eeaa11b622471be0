package import GuardTypes

/// The status of a tunnel at one moment. Times are milliseconds since 1970 UTC.
package struct TunnelStatus: Hashable, Sendable {
  package struct Failed: Hashable, Sendable {
    package let failure: TunnelFailure
    package let at: Int64
  }

  package struct Forward: Hashable, Sendable {
    package var listen: StreamAddress
    package let target: StreamAddress
    package var state: ForwardState = .portBusy
    /// For example `ssh (pid 4242)`, or why the address cannot be bound.
    package var holder: String?
    package var openConnections = 0
    package var acceptedConnections = 0
    package var refusedConnections = 0
    package var bytesFromTarget = 0
    package var bytesToTarget = 0
    /// Bytes per second over the last few seconds; nil on the first reading.
    package var rateFromTarget: Int?
    package var rateToTarget: Int?
    /// Why the port accepts no connections; nil if it does.
    package var shortage: String?
    /// Owners that reached their connection limit and were refused; the largest first.
    package var limitedOwners: [LimitedOwner] = []
    /// Why the far side did not reach the target at the last open; nil if it did.
    package var refusal: Failed?
    /// The open connections, then the last that ended.
    package var recent: [ConnectionRecord] = []
  }

  /// An owner whose further connections are refused.
  package struct LimitedOwner: Hashable, Sendable {
    package let owner: ClientOwner
    /// The number at the time of the first refusal.
    package let openConnections: Int
  }

  /// One SSH session of the tunnel.
  package struct Session: Hashable, Sendable {
    /// The number of the session within the tunnel, from 1.
    package let serial: Int
    package let peer: String
    package let since: Int64
    package var openConnections = 0
    /// Both directions together; nil on the first reading.
    package var bytesPerSecond: Int?
  }

  package var state: TunnelState
  package var since: Int64
  package var host: String
  package var peer: String?
  package var user: String?
  package var hostKey: String?
  package var cipher: String?
  package var roundTrip: Duration?
  package var reconnects: Int
  package var attempt: Int
  package var nextAttempt: Int64?
  package var lastFailure: Failed?
  /// The thing that the login waits for besides the server, as the end of a sentence; nil if there is none.
  package var waitsFor: String?
  package var forwards: [Forward]
  /// The jump hosts and the host, as ssh_config described them for the last attempt that read it; empty before the first.
  package var servers: [Resolution] = []
  /// The jump hosts of the connection, nearest first.
  package var via: [String] = []
  /// The sessions that carry connections now.
  package var sessions: [Session] = []
  package var history = StateHistory()
}

/// An event of a tunnel, for the journal.
package enum TunnelEvent: Hashable, Sendable {
  case changed(from: TunnelState, to: TunnelState, failure: TunnelFailure?, attempt: Int)
  case forwardListening(listen: StreamAddress)
  case forwardBusy(listen: StreamAddress, holder: String?)
  /// Clients were reset; `count` is their number since the last entry, or 0 if they are waiting to be accepted.
  case clientsRefused(listen: String, count: Int, reason: String)
  case targetRefused(TunnelFailure)
  /// The login waits for something besides the server; the text is the end of a sentence.
  case waits(String)
  /// The owners that a port refuses changed, or whether it accepts connections. The status has the details.
  case admissionChanged(listen: StreamAddress)
}
