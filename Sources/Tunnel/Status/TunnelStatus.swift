package import GuardTypes

/// What a tunnel is doing, as anybody may read it. Times are milliseconds since 1970 UTC.
package struct TunnelStatus: Hashable, Sendable {
  package struct Failed: Hashable, Sendable {
    package let failure: TunnelFailure
    package let at: Int64
  }

  package struct Forward: Hashable, Sendable {
    package var listen: StreamAddress
    package let target: StreamAddress
    package var state: ForwardState = .portBusy
    /// `ssh (pid 4242)`, or why the address can't be bound.
    package var holder: String?
    package var openConnections = 0
    package var acceptedConnections = 0
    package var refusedConnections = 0
    package var bytesFromTarget = 0
    package var bytesToTarget = 0
    /// Bytes a second of the last seconds; nil where nobody looked before.
    package var rateFromTarget: Int?
    package var rateToTarget: Int?
    /// Why the port accepts nobody; nil: it does.
    package var shortage: String?
    /// Owners who have as many connections open as they may have, and want more; the largest first.
    package var limitedOwners: [LimitedOwner] = []
    /// Why the far side did not reach the target the last time; nil since it did.
    package var refusal: Failed?
    /// The open connections, then the last ones that ended.
    package var recent: [ConnectionRecord] = []
  }

  /// An owner of connections whose further ones are turned away.
  package struct LimitedOwner: Hashable, Sendable {
    package let owner: ClientOwner
    /// When the first was turned away.
    package let openConnections: Int
  }

  /// One SSH session of the tunnel.
  package struct Session: Hashable, Sendable {
    /// Counts the sessions of the tunnel, from 1.
    package let serial: Int
    package let peer: String
    package let since: Int64
    package var openConnections = 0
    /// Both ways together; nil where nobody looked before.
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
  package var forwards: [Forward]
  /// The jump hosts on the way, the first one first.
  package var via: [String] = []
  /// Those that carry connections now.
  package var sessions: [Session] = []
  package var history = StateHistory()
}

/// What happened to a tunnel, for the journal.
package enum TunnelEvent: Hashable, Sendable {
  case changed(from: TunnelState, to: TunnelState, failure: TunnelFailure?, attempt: Int)
  case forwardListening(listen: StreamAddress)
  case forwardBusy(listen: StreamAddress, holder: String?)
  /// Clients were reset: `count` since the last entry; 0 where they are kept waiting to be accepted.
  case clientsRefused(listen: String, count: Int, reason: String)
  case targetRefused(TunnelFailure)
  /// Whose connections are turned away at a port, or whether it accepts anybody: the status has it.
  case admissionChanged(listen: StreamAddress)
}
