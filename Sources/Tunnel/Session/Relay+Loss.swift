internal import GuardTypes
internal import Platform
internal import SSH

// What the end of a session is told as.
extension Relay {
  static let silence = "keepalive"

  func loss(_ error: SSHError) -> TunnelFailure {
    if error.operation == Relay.silence || link.end?.isTimeout == true {
      let words =
        error.operation == Relay.silence
        ? "has been \(error.detail)" : "acknowledged nothing for \(keepaliveTimeout.components.seconds) s"
      return TunnelFailure(
        .keepaliveTimeout,
        "\(link.peer) \(words) (keepalive.timeout \(keepaliveTimeout.components.seconds) s)",
        remedy: "check the path to the host: ping \(link.peer.host); the tunnel reconnects by itself")
    }
    let isEnd = error.code != .protocolViolation && (error.code == .disconnected || link.end != nil)
    return TunnelFailure(
      isEnd ? .peerClosed : .protocolError,
      error.code == .protocolViolation
        ? "\(link.peer) broke the protocol: \(error.description)"
        : "\(link.peer) ended the session: \(link.session.farewell ?? link.end.map(\.words) ?? error.description)",
      remedy: "the tunnel reconnects by itself; if it recurs, look at the server: journalctl -u ssh -n 50")
  }
}
