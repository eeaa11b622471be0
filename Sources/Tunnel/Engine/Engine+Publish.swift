internal import GuardTypes
internal import Platform
internal import SSH

// What the tunnel's thread tells the world.
extension Engine {
  func publishState(from before: TunnelStateMachine.State) {
    let state = machine.state
    let failure = machine.lastFailure
    let now = MonotonicTime.now
    let wall = WallClock.milliseconds
    let isChange = before.name != state.name
    let hasNewFailure = failure != nil && before.isLive && state.name != .up
    board.publish { status in
      status.state = state.name
      // Attempts and the pauses between them are one time of being down.
      if isChange, !(before.isOnItsWay && state.isOnItsWay) { status.since = wall }
      status.attempt = machine.attempt
      status.reconnects = machine.reconnects
      status.nextAttempt = machine.wake.map { wall + Int64(($0 - now) / .milliseconds(1)) }
      if hasNewFailure, let failure { status.lastFailure = .init(failure: failure, at: wall) }
      if failure == nil { status.lastFailure = nil }
      status.user = route?.host?.user ?? status.user
      if let link = carrier?.relay?.link {
        status.peer = link.peer.description
        status.hostKey = link.session.hostKey?.fingerprint
        status.cipher = link.session.cipher
        status.roundTrip = roundTrip
      } else {
        status.cipher = nil
        status.roundTrip = nil
      }
      status.via = carrier?.via ?? []
      status.history.note(state.name, at: wall, code: state.name == .up ? nil : failure?.code)
    }
    if isChange {
      plan.observer(
        .changed(
          from: before.name, to: state.name, failure: state.name == .up ? nil : failure,
          attempt: machine.attempt))
    }
  }

  /// The kernel's figure, or where a jump host or a ProxyCommand hides the path, what the server takes to answer.
  private var roundTrip: Duration? {
    carrier?.relay.flatMap { $0.link.quality?.roundTrip ?? $0.answerTime }
  }

  func publishQuality(_ now: Instant) {
    guard now >= qualityDue else { return }
    qualityDue = now + .seconds(1)
    let roundTrip = roundTrip
    board.publish { $0.roundTrip = roundTrip }
  }

  func bindListeners(_ now: Instant) {
    for (index, listener) in listeners.enumerated() where listener.bind(now: now) {
      try? watchListener(index)
      publishListener(index)
    }
  }

  func publishListener(_ index: Int) {
    guard plan.configuration.forwards.indices.contains(index) else { return }
    let listen = plan.configuration.forwards[index].listen
    var state = ForwardState.listening
    var holder: String?
    if case .busy(let name, _) = listeners[index].state { (state, holder) = (.portBusy, name) }
    board.publish {
      $0.forwards[index].state = state
      $0.forwards[index].holder = holder
    }
    plan.observer(
      state == .listening
        ? .forwardListening(listen: listen) : .forwardBusy(listen: listen, holder: holder))
  }

  /// - Parameter reason: why the port accepts nobody; nil: it accepts again.
  func publishShortage(_ index: Int, _ reason: String?) {
    guard shortages[index] != reason, plan.configuration.forwards.indices.contains(index) else { return }
    shortages[index] = reason
    board.publish { $0.forwards[index].shortage = reason }
    plan.observer(.admissionChanged(listen: plan.configuration.forwards[index].listen))
  }

  func publishCrowds(_ index: Int) {
    let crowds = crowding[index].list
    board.publish { $0.forwards[index].crowds = crowds }
    plan.observer(.admissionChanged(listen: plan.configuration.forwards[index].listen))
  }

  func lookAtFiles(_ now: Instant) {
    if watchedFiles?.hasChanged(now: now) == true { feed(.retry) }
  }
}

extension TunnelStateMachine.State {
  var name: TunnelState {
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
