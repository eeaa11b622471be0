internal import GuardTypes
internal import Platform
internal import SSH

// The ends of a session and of clients that it refuses.
extension Relay {
  static let silence = "keepalive"
  static let move = "source address"

  func loss(_ error: SSHError) -> TunnelFailure {
    if error.operation == Relay.move, let source = transport.source {
      return TunnelFailure(lost: source, transport.peer)
    }
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
    let isViolation = error.code == .protocolViolation || error.code == .packetTooLarge
    let isEnd = !isViolation && (error.code == .disconnected || transport.end != nil)
    return TunnelFailure(
      isEnd ? .peerClosed : .protocolError,
      isViolation
        ? "\(transport.peer) broke the protocol: \(error.description)"
        : """
        \(transport.peer) ended the session: \
        \(transport.session.disconnectMessage ?? transport.end.map(\.words) ?? error.description)
        """,
      remedy: "the tunnel reconnects by itself; if it recurs, look at the server: journalctl -u ssh -n 50")
  }

  func refuse(_ client: Client, _ reason: String) {
    client.reset()
    load.remove(client: client.number)
    // A refused command is not a refused client connection.
    guard client.command == nil else { return }
    observer.refused(client, reason: reason, .refused(reason: reason))
  }

  /// Sends the server a disconnect message.
  func disconnect() {
    transport.session.disconnect()
    _ = transport.flush()
  }
}

extension TunnelFailure {
  /// No interface has the local address of the connection to `peer` any more.
  init(lost source: SourceAddress, _ peer: HostPort) {
    self.init(
      .keepaliveTimeout,
      "\(source), the address of this machine in the connection to \(peer), was removed from its interface",
      command: "ip -br address", remedy: "the tunnel reconnects by itself from another address", isMove: true)
  }
}
