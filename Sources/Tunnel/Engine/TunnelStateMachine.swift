internal import GuardTypes
package import Platform

/// The state machine of a tunnel: events and the time go in, actions come out.
///
/// It opens no socket and reads no clock, so reconnecting, backing off and blocking are tested in virtual time.
package struct TunnelStateMachine: Sendable {
  package typealias Instant = MonotonicTime

  package enum State: Hashable, Sendable {
    case stopped
    case connecting
    case up
    case backoff(until: Instant)
    case blocked(until: Instant)
  }

  package enum Event: Sendable {
    case start
    /// The attempt in progress ended in a session that can carry channels.
    case connected
    /// The attempt failed, or the session that was up is gone.
    case failed(TunnelFailure)
    /// The moment of the last `wake` has come.
    case timePassed
    /// An attempt is requested now: by an operator, or because a file changed.
    case retry
    /// A new session is requested, even if the present one works.
    case reconnect
    /// A local client waits for the tunnel.
    case clientWaits
    case systemChanged(SystemChange)
    case stop
  }

  package enum Action: Hashable, Sendable {
    case connect
    /// Abandon the current attempt or session.
    case disconnect
    /// Probe the peer now, with a short deadline.
    case probe
  }

  /// A blocked tunnel tries this often, in case the fault was fixed on the far side.
  package static let blockedInterval: Duration = .seconds(300)
  /// A wrong host key is tried again sooner, and then ever later: an attacker who answered in the server's place once
  /// must not keep the tunnel down for longer than that.
  package static let firstForgeablePause: Duration = .seconds(5)
  /// A penalty of OpenSSH is enforced from 15 s and ends after 10 minutes (sshd_config(5), PerSourcePenalties, `min` and
  /// `max`): the pause grows past that.
  package static let firstPenaltyPause: Duration = .seconds(15)
  package static let longestPenaltyPause: Duration = .seconds(900)
  package static let firstOverloadPause: Duration = .seconds(5)
  package static let longestOverloadPause: Duration = .seconds(60)
  /// After this time up, the backoff starts again at its minimum.
  package static let stability: Duration = .seconds(60)
  /// A host that refuses the port is alive and its sshd is most likely being restarted: for this long after the
  /// tunnel was up, it is asked again at least every `restartInterval`. Neither this nor `clientInterval` is shorter
  /// than the backoff's `initial`: a user raises that to spare a server that counts attempts.
  package static let restartWindow: Duration = .seconds(120)
  package static let restartInterval: Duration = .milliseconds(500)
  /// While a client waits, attempts come at least this often.
  package static let clientInterval: Duration = .milliseconds(250)
  /// Changes of the network cause attempts at most this often: an interface that flaps must not hammer a bastion.
  package static let systemChangeInterval: Duration = .seconds(1)

  package private(set) var state: State = .stopped
  package private(set) var since: Instant
  /// Attempts since the tunnel was last up; 0 while it is up.
  package private(set) var attempt = 0
  /// Times that the tunnel came up again after the first.
  package private(set) var reconnects = 0
  package private(set) var lastFailure: TunnelFailure?
  private var lastUp: Instant?
  private var lastConnect: Instant
  /// When a session that ended was last followed by the next one without a wait.
  private var lastAtOnce: Instant?
  private var backoff: Backoff
  private var forgeable = DoublingPause(first: firstForgeablePause, longest: blockedInterval)
  private var penalty = DoublingPause(first: firstPenaltyPause, longest: longestPenaltyPause)
  private var overload = DoublingPause(first: firstOverloadPause, longest: longestOverloadPause)

  package init(backoff: Backoff, now: Instant) {
    self.backoff = backoff
    self.since = now
    self.lastConnect = now
  }

  /// When `timePassed` is due; nil while nothing is waited for.
  package var wake: Instant? {
    switch state {
    case .backoff(let until), .blocked(let until): until
    case .stopped, .connecting, .up: nil
    }
  }

  package mutating func handle(
    _ event: Event, now: Instant, random: inout some RandomNumberGenerator
  ) -> [Action] {
    switch state {
    case .stopped: handleWhileStopped(event, now)
    case .connecting: handleWhileConnecting(event, now, &random)
    case .up: handleWhileUp(event, now, &random)
    case .backoff(let until): handleWhileBackingOff(event, until: until, now)
    case .blocked(let until): handleWhileBlocked(event, until: until, now)
    }
  }

  private mutating func handleWhileStopped(_ event: Event, _ now: Instant) -> [Action] {
    switch event {
    case .start: connect(now)
    case .connected, .failed, .timePassed, .retry, .reconnect, .clientWaits, .systemChanged, .stop: []
    }
  }

  private mutating func handleWhileConnecting(
    _ event: Event, _ now: Instant, _ random: inout some RandomNumberGenerator
  ) -> [Action] {
    switch event {
    case .connected:
      if lastUp != nil { reconnects += 1 }
      lastUp = now
      attempt = 0
      enter(.up, now)
      return []
    case .failed(let failure):
      lastFailure = failure
      wait(failure, now, &random)
      return [.disconnect]
    case .reconnect:
      // The attempt in hand may be stuck on a path that is gone, so it is replaced.
      return [.disconnect] + connect(now)
    case .systemChanged(let change):
      return isOvertaken(by: change) ? [.disconnect] + connect(now) : []
    case .stop:
      enter(.stopped, now)
      return [.disconnect]
    case .start, .timePassed, .retry, .clientWaits:
      // An attempt is in progress already.
      return []
    }
  }

  private mutating func handleWhileUp(
    _ event: Event, _ now: Instant, _ random: inout some RandomNumberGenerator
  ) -> [Action] {
    switch event {
    case .failed(let failure):
      lastFailure = failure
      lastUp = now
      if now - since >= Self.stability { forgetPauses() }
      // Reconnect at once, but not repeatedly: a server that drops each new session soon must not be hammered.
      let isEarly = lastAtOnce.map { now - $0 < Self.stability } ?? false
      guard now - since >= .seconds(1), !isEarly, !failure.code.isPermanent else {
        wait(failure, now, &random)
        return [.disconnect]
      }
      lastAtOnce = now
      return [.disconnect] + connect(now)
    case .reconnect:
      // The coming downtime is requested, so no failure explains it.
      lastFailure = nil
      return [.disconnect] + connect(now)
    case .systemChanged:
      return [.probe]
    case .stop:
      enter(.stopped, now)
      return [.disconnect]
    case .start, .connected, .timePassed, .retry, .clientWaits:
      // The tunnel is up already.
      return []
    }
  }

  private mutating func handleWhileBackingOff(_ event: Event, until: Instant, _ now: Instant) -> [Action] {
    switch event {
    case .retry, .reconnect: return connect(now)
    case .timePassed: return now >= until ? connect(now) : []
    case .clientWaits:
      if lastFailure?.throttle == nil {
        state = .backoff(until: min(until, max(now, since + max(Self.clientInterval, backoff.initial))))
      }
      return []
    case .systemChanged(let change):
      let isOvertaken = isOvertaken(by: change)
      if isOvertaken { backoff.reset() }
      // Another network may mean another source address, which the server does not count.
      let isThrottled = lastFailure?.throttle != nil
      let earliest = lastConnect + (isThrottled ? Self.firstPenaltyPause : Self.systemChangeInterval)
      if isOvertaken || now >= earliest { return connect(now) }
      state = .backoff(until: min(until, earliest))
      return []
    case .stop:
      enter(.stopped, now)
      return []
    case .start, .connected, .failed:
      // The attempt that these belong to was given up.
      return []
    }
  }

  private mutating func handleWhileBlocked(_ event: Event, until: Instant, _ now: Instant) -> [Action] {
    switch event {
    case .retry, .reconnect: return connect(now)
    case .timePassed: return now >= until ? connect(now) : []
    // A change of the network does not cure the cause of a block; after a long sleep it may be cured.
    case .systemChanged(let change): return isOvertaken(by: change) ? connect(now) : []
    case .stop:
      enter(.stopped, now)
      return []
    case .start, .connected, .failed, .clientWaits: return []
    }
  }

  /// Whether the machine slept since the last attempt began. Several changes may report the same sleep, and an attempt
  /// that began after it is fresh.
  private func isOvertaken(by change: SystemChange) -> Bool {
    switch change {
    case .networkChanged: false
    case .resumed(let lastAwake): lastConnect <= lastAwake
    }
  }

  private mutating func connect(_ now: Instant) -> [Action] {
    attempt += 1
    lastConnect = now
    enter(.connecting, now)
    return [.connect]
  }

  private mutating func wait(
    _ failure: TunnelFailure, _ now: Instant, _ random: inout some RandomNumberGenerator
  ) {
    guard !failure.code.isPermanent else {
      let pause = failure.code.isForgeable ? forgeable.next() : Self.blockedInterval
      enter(.blocked(until: now + pause), now)
      return
    }
    if let throttle = failure.throttle {
      let pause =
        switch throttle {
        case .penalty: penalty.next()
        case .overload: overload.next()
        }
      // Others are refused at the same moment: they are not to come back at the same moment.
      let pauses = pause + pause * (Double.random(in: 0...0.5, using: &random))
      enter(.backoff(until: now + max(pauses, backoff.initial)), now)
      return
    }
    var wait = backoff.next(using: &random)
    if failure.code == .connectRefused, let lastUp, now - lastUp < Self.restartWindow {
      wait = min(wait, max(Self.restartInterval, backoff.initial))
    }
    enter(.backoff(until: now + wait), now)
  }

  private mutating func forgetPauses() {
    backoff.reset()
    forgeable.reset()
    penalty.reset()
    overload.reset()
  }

  private mutating func enter(_ next: State, _ now: Instant) {
    state = next
    since = now
  }
}
