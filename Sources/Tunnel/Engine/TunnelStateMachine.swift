internal import GuardTypes
package import Platform

/// The state machine of a tunnel: events and the time are inputs, actions are the output.
///
/// It opens no socket and reads no clock, so reconnects, backoff and blocking are tested in virtual time.
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
    /// The current attempt produced a session that can carry channels.
    case connected
    /// The attempt failed, or the established session was lost.
    case failed(TunnelFailure)
    /// The time of the last `wake` has come.
    case timePassed
    /// An attempt is requested now, by an operator or because a file changed.
    case retry
    /// A new session is requested, even if the current one works.
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
    /// End the current attempt or session if the address that it was connected from was removed.
    case checkSource
  }

  /// How often a blocked tunnel tries again, in case the fault was fixed on the far side.
  package static let blockedInterval: Duration = .seconds(300)
  /// After a wrong host key the first retry comes sooner, and further ones with growing delays: an attacker who
  /// answered once instead of the server must not keep the tunnel down for `blockedInterval`.
  package static let firstForgeablePause: Duration = .seconds(5)
  /// OpenSSH enforces a penalty from 15 s and ends it after 10 minutes (sshd_config(5), PerSourcePenalties, `min` and
  /// `max`), so the delay grows beyond that.
  package static let firstPenaltyPause: Duration = .seconds(15)
  package static let longestPenaltyPause: Duration = .seconds(900)
  package static let firstOverloadPause: Duration = .seconds(5)
  package static let longestOverloadPause: Duration = .seconds(60)
  /// After this time up, the backoff starts again at its minimum.
  package static let stability: Duration = .seconds(60)
  /// A host that refuses the port is alive, and its sshd is most likely restarting. For this long after the tunnel was
  /// up, it is tried at least every `restartInterval`. Neither that nor `clientInterval` is shorter than the backoff's
  /// `initial`, which users raise for servers that count attempts.
  package static let restartWindow: Duration = .seconds(120)
  package static let restartInterval: Duration = .milliseconds(500)
  /// While a client waits, attempts are at most this far apart.
  package static let clientInterval: Duration = .milliseconds(250)
  /// Network changes trigger attempts at most this often: a flapping interface must not cause many logins on a bastion.
  package static let systemChangeInterval: Duration = .seconds(1)

  package private(set) var state: State = .stopped
  package private(set) var since: Instant
  /// Attempts since the tunnel was last up; 0 while it is up.
  package private(set) var attempt = 0
  /// How often the tunnel came up again after the first time.
  package private(set) var reconnects = 0
  package private(set) var lastFailure: TunnelFailure?
  private var lastUp: Instant?
  private var lastConnect: Instant
  /// The machine left the network of the last session, and no attempt has been made on the next one.
  private var isMoving = false
  /// The last time at which a lost session was replaced without a delay.
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

  /// The time at which `timePassed` is due; nil if no delay is running.
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
      isMoving = false
      enter(.up, now)
      return []
    case .failed(let failure):
      lastFailure = failure
      if failure.isMove { return move(failure, now, &random) }
      wait(failure, now, &random)
      return [.disconnect]
    case .reconnect:
      // The current attempt may be stuck on a path that no longer exists, so it is replaced.
      return [.disconnect] + connect(now)
    case .systemChanged(.addressRemoved): return [.checkSource]
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
      if now - since >= Self.stability { resetPauses() }
      if failure.isMove { return move(failure, now, &random) }
      // Reconnect at once, but only once per `stability`: a server that drops each new session early must not be
      // flooded.
      let isEarly = lastAtOnce.map { now - $0 < Self.stability } ?? false
      guard now - since >= .seconds(1), !isEarly, !failure.code.isPermanent else {
        wait(failure, now, &random)
        return [.disconnect]
      }
      lastAtOnce = now
      return [.disconnect] + connect(now)
    case .reconnect:
      // The downtime that follows was requested, so no failure explains it.
      lastFailure = nil
      return [.disconnect] + connect(now)
    case .systemChanged(.addressRemoved): return [.checkSource]
    case .systemChanged(.networkChanged), .systemChanged(.resumed): return [.probe]
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
    case .systemChanged(.addressRemoved): return []
    case .systemChanged(let change):
      let isOvertaken = isOvertaken(by: change)
      if isOvertaken { backoff.reset() }
      // Another network may mean another source address, for which the server has no penalty yet.
      let isThrottled = lastFailure?.throttle != nil
      let earliest = lastConnect + (isThrottled ? Self.firstPenaltyPause : Self.systemChangeInterval)
      if isOvertaken || now >= earliest || (isMoving && !isThrottled) {
        isMoving = false
        return connect(now)
      }
      state = .backoff(until: min(until, earliest))
      return []
    case .stop:
      enter(.stopped, now)
      return []
    case .start, .connected, .failed:
      // These events belong to an attempt that was abandoned.
      return []
    }
  }

  private mutating func handleWhileBlocked(_ event: Event, until: Instant, _ now: Instant) -> [Action] {
    switch event {
    case .retry, .reconnect: return connect(now)
    case .timePassed: return now >= until ? connect(now) : []
    // A network change does not fix the cause of a block; a long sleep may give it time to be fixed.
    case .systemChanged(let change): return isOvertaken(by: change) ? connect(now) : []
    case .stop:
      enter(.stopped, now)
      return []
    case .start, .connected, .failed, .clientWaits: return []
    }
  }

  /// True if the machine slept since the last attempt began. Several changes may report the same sleep, so an attempt
  /// that began after it is not repeated.
  private func isOvertaken(by change: SystemChange) -> Bool {
    switch change {
    case .networkChanged, .addressRemoved: false
    case .resumed(let lastAwake): lastConnect <= lastAwake
    }
  }

  /// Connects again from another address: at once, but not more often than network changes trigger attempts.
  private mutating func move(
    _ failure: TunnelFailure, _ now: Instant, _ random: inout some RandomNumberGenerator
  ) -> [Action] {
    guard now - lastConnect >= Self.systemChangeInterval else {
      wait(failure, now, &random)
      return [.disconnect]
    }
    // Usually the old address is removed before the new one is there. Then this attempt finds no route, and the
    // first change that follows triggers another one.
    isMoving = true
    return [.disconnect] + connect(now)
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
      // The server refuses other clients at the same time, so the jitter keeps them from returning at the same time.
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

  private mutating func resetPauses() {
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
