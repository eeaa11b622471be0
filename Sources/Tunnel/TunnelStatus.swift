/// What a tunnel is doing, as anybody may read it. Times are milliseconds since 1970 UTC.
package struct TunnelStatus: Hashable, Sendable {
  package enum State: String, Hashable, Sendable {
    case up, connecting, backoff, blocked, stopped
  }

  package struct Failed: Hashable, Sendable {
    package let failure: TunnelFailure
    package let at: Int64
  }

  package struct Forward: Hashable, Sendable {
    package let listen: StreamAddress
    package let target: StreamAddress
    package var isListening: Bool
    /// `ssh (pid 4242)`, or why the address can't be bound.
    package var holder: String?
    package let openConnections: Int
    package let acceptedConnections: Int
    package let refusedConnections: Int
    package let bytesFromTarget: Int
    package let bytesToTarget: Int
    /// Why the far side did not reach the target the last time; nil since it did.
    package var refusal: Failed?
  }

  package var state: State
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
}

/// What happened to a tunnel, for the journal.
package enum TunnelEvent: Hashable, Sendable {
  case changed(from: TunnelStatus.State, to: TunnelStatus.State, failure: TunnelFailure?, attempt: Int)
  case forwardListening(listen: StreamAddress)
  case forwardBusy(listen: StreamAddress, holder: String?)
  /// Clients were reset: `count` since the last entry.
  case clientsRefused(listen: String, count: Int, reason: String)
  case targetRefused(TunnelFailure)
}
