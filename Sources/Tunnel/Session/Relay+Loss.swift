internal import GuardTypes
internal import Platform
internal import SSH

// The failures that describe the end of a session.
extension Relay {
  static let silence = "keepalive"

  func loss(_ error: SSHError) -> TunnelFailure {
    if error.operation == Relay.silence || transport.end?.isTimeout == true {
      let words =
        error.operation == Relay.silence
        ? "has been \(error.detail)" : "acknowledged nothing for \(keepaliveTimeout.components.seconds) s"
      return TunnelFailure(
        .keepaliveTimeout,
        "\(transport.peer) \(words) (keepalive.timeout \(keepaliveTimeout.components.seconds) s)",
        command: "ping -c 3 \(transport.peer.host.shellWord)",
        remedy: "check the path to the host; the tunnel reconnects by itself")
    }
    let isEnd = error.code != .protocolViolation && (error.code == .disconnected || transport.end != nil)
    return TunnelFailure(
      isEnd ? .peerClosed : .protocolError,
      error.code == .protocolViolation
        ? "\(transport.peer) broke the protocol: \(error.description)"
        : "\(transport.peer) ended the session: \(transport.session.farewell ?? transport.end.map(\.words) ?? error.description)",
      remedy: "the tunnel reconnects by itself; if it recurs, look at the server: journalctl -u ssh -n 50")
  }
}
