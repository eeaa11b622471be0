internal import Platform
internal import SSH

// What the tunnel's thread tells the world.
extension Engine {
  func publishState(from before: TunnelStateMachine.State) {
    let state = machine.state
    let failure = machine.lastFailure
    let now = SuspendingClock.now
    let wall = WallClock.milliseconds
    let isChange = before.name != state.name
    let hasNewFailure = failure != nil && before.isLive && state.name != .up
    board.publish { status in
      status.state = state.name
      // Attempts and the pauses between them are one time of being down.
      if isChange, !(before.isOnItsWay && state.isOnItsWay) { status.since = wall }
      status.attempt = machine.attempt
      status.reconnects = machine.reconnects
      status.nextAttempt = machine.wake.map { wall + ($0 - now).milliseconds }
      if hasNewFailure, let failure { status.lastFailure = .init(failure: failure, at: wall) }
      if failure == nil { status.lastFailure = nil }
      let resolution = upLink?.resolution ?? attempt?.resolution
      status.user = resolution?.user ?? status.user
      if let link = upLink?.link {
        status.peer = link.peer.description
        status.hostKey = link.session.hostKey?.fingerprint
        status.cipher = link.session.cipher
        status.roundTrip = link.quality?.roundTrip
      } else {
        status.cipher = nil
        status.roundTrip = nil
      }
    }
    if isChange {
      plan.observer(
        .changed(
          from: before.name, to: state.name, failure: state.name == .up ? nil : failure,
          attempt: machine.attempt))
    }
  }

  func publishQuality(_ upLink: UpLink) {
    let roundTrip = upLink.link.quality?.roundTrip
    board.publish { $0.roundTrip = roundTrip }
  }

  /// - Parameter failure: nil once the target is reached again.
  func publishRefusal(_ target: HostPort, _ failure: TunnelFailure?) {
    var isNew = false
    let at = WallClock.milliseconds
    board.publish { status in
      for index in status.forwards.indices where status.forwards[index].target == target {
        let forward = status.forwards[index]
        if forward.refusal?.failure == failure { continue }
        isNew = failure != nil
        status.forwards[index] = forward.with(refusal: failure.map { .init(failure: $0, at: at) })
      }
    }
    if isNew, let failure { plan.observer(.targetRefused(failure)) }
  }

  func bindListeners(_ now: Instant) {
    for (index, listener) in listeners.enumerated() where listener.bind(now: now) {
      if let raw = listener.raw { try? epoll.add(raw, token: Token.listener(index).rawValue) }
      publishListener(index)
    }
  }

  func publishListener(_ index: Int) {
    guard plan.configuration.forwards.indices.contains(index) else { return }
    let listen = plan.configuration.forwards[index].listen
    var isListening = false
    var holder: String?
    if case .busy(let name, _) = listeners[index].state { holder = name } else { isListening = true }
    board.publish { $0.forwards[index] = $0.forwards[index].with(isListening: isListening, holder: holder) }
    plan.observer(
      isListening ? .forwardListening(listen: listen) : .forwardBusy(listen: listen, holder: holder))
  }

  func lookAtFiles(_ now: Instant) {
    if watchedFiles?.hasChanged(now: now) == true { feed(.retry) }
  }
}

extension TunnelStateMachine.State {
  var name: TunnelStatus.State {
    switch self {
    case .stopped: .stopped
    case .connecting: .connecting
    case .up: .up
    case .backoff: .backoff
    case .blocked: .blocked
    }
  }

  fileprivate var isOnItsWay: Bool { name == .connecting || name == .backoff }

  /// An attempt or a session was in hand, so a failure that follows is its own.
  fileprivate var isLive: Bool { self == .connecting || self == .up }
}

extension TunnelStatus.Forward {
  fileprivate func with(refusal: TunnelStatus.Failed?) -> TunnelStatus.Forward {
    copy(isListening: isListening, holder: holder, refusal: refusal)
  }

  fileprivate func with(isListening: Bool, holder: String?) -> TunnelStatus.Forward {
    copy(isListening: isListening, holder: holder, refusal: refusal)
  }

  private func copy(isListening: Bool, holder: String?, refusal: TunnelStatus.Failed?) -> TunnelStatus.Forward
  {
    .init(
      listen: listen, target: target, isListening: isListening, holder: holder,
      openConnections: openConnections,
      acceptedConnections: acceptedConnections, refusedConnections: refusedConnections,
      bytesFromTarget: bytesFromTarget, bytesToTarget: bytesToTarget, refusal: refusal)
  }
}

extension Duration {
  fileprivate var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
