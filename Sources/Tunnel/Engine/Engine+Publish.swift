internal import GuardTypes
internal import Platform
internal import SSH

// Publishes the state of the tunnel.
extension Engine {
  func publishState(from before: TunnelStateMachine.State) {
    let state = machine.state
    let failure = machine.lastFailure
    let now = MonotonicTime.now
    let wall = WallClock.milliseconds
    let isChange = before.name != state.name
    let hasNewFailure = failure != nil && before.isLive && state.name != .up
    statusStore.publish { status in
      status.state = state.name
      // Attempts and the pauses between them are one outage, however long the pauses.
      if isChange, !(before.isOutage && state.isOutage) { status.since = wall }
      status.attempt = machine.attempt
      status.reconnects = machine.reconnects
      status.nextAttempt = machine.wake.map { wall + Int64(($0 - now) / .milliseconds(1)) }
      if hasNewFailure, let failure { status.lastFailure = .init(failure: failure, at: wall) }
      if failure == nil { status.lastFailure = nil }
      status.user = route?.host?.user ?? status.user
      if let transport = chain?.relay?.transport {
        status.peer = transport.peer.description
        status.hostKey = transport.session.hostKey?.fingerprint
        status.cipher = transport.session.cipher
        status.roundTrip = roundTrip
      } else {
        status.cipher = nil
        status.roundTrip = nil
      }
      status.servers = route?.servers ?? []
      status.via = chain?.via ?? []
      status.history.record(state.name, at: wall, code: state.name == .up ? nil : failure?.code)
    }
    if isChange {
      plan.observer(
        .changed(
          from: before.name, to: state.name, failure: state.name == .up ? nil : failure,
          attempt: machine.attempt))
    }
  }

  /// The kernel's measurement. With a jump host or a ProxyCommand, it is the response time of the server instead.
  private var roundTrip: Duration? {
    chain?.relay.flatMap { $0.transport.quality?.roundTrip ?? $0.answerTime }
  }

  func publishQuality(_ now: Instant) {
    guard now >= qualityDue else { return }
    qualityDue = now + .seconds(1)
    let roundTrip = roundTrip
    statusStore.publish { $0.roundTrip = roundTrip }
  }

  /// - Parameter waitsFor: see `SessionChain.waitsFor`.
  func publishWait(_ waitsFor: String?) {
    guard waitsFor != self.waitsFor else { return }
    self.waitsFor = waitsFor
    statusStore.publish { $0.waitsFor = waitsFor }
    if let waitsFor { plan.observer(.waits(waitsFor)) }
  }

  func checkFiles(_ now: Instant) {
    if watchedFiles?.hasChanged(now: now) == true { handle(.retry) }
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

  fileprivate var isOutage: Bool {
    switch name {
    case .connecting, .backoff, .blocked: true
    case .up, .stopped: false
    }
  }

  /// True during an attempt or a session, so that a following failure belongs to it.
  fileprivate var isLive: Bool { self == .connecting || self == .up }
}
