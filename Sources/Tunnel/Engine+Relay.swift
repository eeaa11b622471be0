internal import Platform
internal import SSH
internal import Synchronization

// The relay: local connections, their channels, and the session that carries them.
extension Engine {
  /// Receive window of a channel, in bytes: what the far side may send ahead of a slow local reader.
  private static let window: UInt32 = 2 << 20
  private static let closePatience: Duration = .seconds(5)

  func acceptAll(_ index: Int) {
    let listener = listeners[index]
    do throws(SystemError) {
      while let accepted = try listener.accept() {
        var counters: ForwardCounters?
        if case .forward(let own) = listener.kind { counters = own }
        lastConnection &+= 1
        let serial = lastConnection
        let deadline = SuspendingClock.now + plan.configuration.hold
        connections[serial] = Connection(
          accepted, target: listener.target, counters: counters, deadline: deadline)
        waiting.append(serial)
        counters?.accepted.add(1, ordering: .relaxed)
        counters?.open.add(1, ordering: .relaxed)
        try epoll.add(accepted.socket.raw, token: Token.connection(serial).rawValue)
      }
    } catch {
      // Out of descriptors, most likely: the connection stays in the kernel's queue, and no edge will tell of it.
      acceptAgain = SuspendingClock.now + .milliseconds(250)
      if refusals.add(listen: "\(listener.target)", reason: error.description, now: SuspendingClock.now) {
        plan.observer(.clientsRefused(listen: "\(listener.target)", count: 0, reason: error.description))
      }
    }
  }

  /// Goes round until nothing moves: any read may fill another channel's queue.
  func relayAll(_ now: Instant) {
    guard let upLink else { return }
    let link = upLink.link
    do throws(SSHError) {
      for _ in 0..<8 {
        var moved = link.takeIn(now: now)
        if moved { try pumpAny() }
        moved = try advanceOpen(upLink, now) || moved
        var hasMore = false
        for (serial, connection) in connections {
          guard case .relaying(let channel) = connection.state else { continue }
          let result = try connection.relay(channel, link: link, scratch: scratch)
          moved = moved || result.moved
          hasMore = hasMore || result.hasMore
          if connection.isFinished { finish(serial, channel, upLink, now) }
        }
        moved = advanceClosing(upLink, now) || moved
        moved = link.flush() || moved
        guard moved || hasMore else {
          return try settle(upLink, now)
        }
        hasWork = true
        if !moved { break }
      }
      try settle(upLink, now)
    } catch {
      lose(upLink, error, now)
    }
  }

  /// After a round: is the peer still there?
  private func settle(_ upLink: UpLink, _ now: Instant) throws(SSHError) {
    let link = upLink.link
    // Bytes that no channel took in: only an open or a read makes libssh2 look at them.
    if !link.session.wire.inbound.isEmpty, try !pumpAny(), case .none = upLink.open {
      upLink.open = .probe
      hasWork = true
    }
    if let end = link.end, link.session.wire.inbound.isEmpty {
      throw SSHError(code: .disconnected, operation: "connection", detail: end.words)
    }
    switch upLink.checkLiveness(now: now) {
    case .alive: break
    case .ask:
      publishQuality(upLink)
      if case .none = upLink.open {
        upLink.open = .probe
        hasWork = true
      } else {
        try link.session.sendKeepalive()
        _ = link.flush()
      }
    case .dead(let silence):
      feed(
        .failed(
          TunnelFailure(
            .keepaliveTimeout,
            "\(link.peer) has been silent for \(silence.components.seconds) s (keepalive.timeout \(plan.configuration.keepaliveTimeout.components.seconds) s)",
            remedy: "check the path to the host: ping \(link.peer.host); the tunnel reconnects by itself")))
    }
  }

  /// Has libssh2 look at what came in, for all channels at once; false where there is no channel to ask.
  @discardableResult
  private func pumpAny() throws(SSHError) -> Bool {
    for connection in connections.values {
      guard case .relaying(let channel) = connection.state else { continue }
      try channel.pump()
      return true
    }
    return false
  }

  private func lose(_ upLink: UpLink, _ error: SSHError, _ now: Instant) {
    let link = upLink.link
    if case .failed(let code)? = link.end, code == SystemError.timedOut {
      feed(
        .failed(
          TunnelFailure(
            .keepaliveTimeout,
            "\(link.peer) acknowledged nothing for \(plan.configuration.keepaliveTimeout.components.seconds) s",
            remedy: "check the path to the host: ping \(link.peer.host); the tunnel reconnects by itself")))
      return
    }
    let detail = link.end.map(\.words) ?? error.description
    let code: TunnelFailure.Code =
      error.code == .disconnected || link.end != nil ? .peerClosed : .protocolError
    feed(
      .failed(
        TunnelFailure(
          code, "\(link.peer) ended the session: \(detail)",
          remedy: "the tunnel reconnects by itself; if it recurs, look at the server: journalctl -u ssh -n 50"
        )))
  }

  // MARK: - Opens, one at a time

  private func advanceOpen(_ upLink: UpLink, _ now: Instant) throws(SSHError) -> Bool {
    if case .none = upLink.open, let serial = waiting.first, !upLink.link.isCongested {
      waiting.removeFirst()
      guard let connection = connections[serial], case .waiting(let deadline) = connection.state else {
        return true
      }
      connection.state = .opening(deadline: deadline)
      upLink.open = .connection(serial)
    }
    switch upLink.open {
    case .none: return false
    case .probe:
      switch try upLink.link.session.probe() {
      case .waiting: return false
      case .refused: break
      case .opened(let channel):
        upLink.closing.append(.init(channel: channel, deadline: now + Engine.closePatience))
      }
    case .connection(let serial):
      guard try openChannel(serial, upLink, now) else { return false }
    }
    upLink.open = .none
    return true
  }

  private func openChannel(_ serial: UInt32, _ upLink: UpLink, _ now: Instant) throws(SSHError) -> Bool {
    // The client may have gone meanwhile; the open on the wire must be finished all the same.
    let connection = connections[serial]
    let target = connection?.target ?? plan.ownTarget
    let open = try upLink.link.session.openDirectTCPIP(
      host: target.host, port: target.port, originHost: connection?.accepted.originHost ?? "127.0.0.1",
      originPort: connection?.accepted.originPort ?? 0, window: Engine.window)
    switch open {
    case .waiting: return false
    case .opened(let channel):
      guard let connection, case .opening = connection.state else {
        upLink.closing.append(.init(channel: channel, deadline: now + Engine.closePatience))
        return true
      }
      connection.state = .relaying(channel)
      publishRefusal(target, nil)
    case .refused(let reason):
      let failure = TunnelFailure(
        .forwardRefused, "\(plan.configuration.host) could not reach \(target): \(reason)",
        remedy:
          "check on \(plan.configuration.host) that something listens on \(target) (ss -ltn), and that sshd allows it (AllowTcpForwarding, PermitOpen)"
      )
      publishRefusal(target, failure)
      if let connection { refuse(serial, connection, failure.message, now) }
    }
    return true
  }

  // MARK: - Ends

  private func finish(_ serial: UInt32, _ channel: Channel, _ upLink: UpLink, _ now: Instant) {
    upLink.closing.append(.init(channel: channel, deadline: now + Engine.closePatience))
    forget(serial)
  }

  private func advanceClosing(_ upLink: UpLink, _ now: Instant) -> Bool {
    let before = upLink.closing.count
    guard before > 0 else { return false }
    upLink.closing.removeAll { $0.channel.close() == .done || now >= $0.deadline }
    return upLink.closing.count < before
  }

  func forget(_ serial: UInt32) {
    guard let connection = connections.removeValue(forKey: serial) else { return }
    connection.counters?.open.subtract(1, ordering: .relaxed)
    connection.state = .ended
  }

  private func refuse(_ serial: UInt32, _ connection: Connection, _ reason: String, _ now: Instant) {
    connection.cut()
    connection.counters?.refused.add(1, ordering: .relaxed)
    forget(serial)
    guard connection.counters != nil else { return }
    let listen = "\(connection.target)"
    if refusals.add(listen: listen, reason: reason, now: now) {
      plan.observer(.clientsRefused(listen: listen, count: 1, reason: reason))
    }
  }

  /// Connections that waited for the tunnel for longer than `hold`.
  func expire(_ now: Instant) {
    for burst in refusals.collect(now: now) {
      plan.observer(.clientsRefused(listen: burst.listen, count: burst.count, reason: burst.reason))
    }
    guard !waiting.isEmpty else { return }
    waiting.removeAll { serial in
      guard let connection = connections[serial], case .waiting(let deadline) = connection.state else {
        return true
      }
      guard now >= deadline else { return false }
      let held = plan.configuration.hold.components.seconds
      refuse(serial, connection, "the tunnel was not up within \(held) s (hold)", now)
      return true
    }
  }
}

extension Connection {
  var deadline: SuspendingClock.Instant? {
    switch state {
    case .waiting(let deadline), .opening(let deadline): deadline
    case .relaying, .ended: nil
    }
  }

  func becameReady(_ readiness: Epoll.Readiness) {
    if readiness.wakesReader { isReadable = true }
    if readiness.wakesWriter { isWritable = true }
  }
}

extension Link.End {
  var words: String {
    switch self {
    case .closedByPeer: "the peer closed the connection"
    case .failed(let code): SystemError("connection", code: code).reason
    }
  }
}
