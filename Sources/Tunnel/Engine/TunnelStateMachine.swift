internal import GuardTypes
package import Platform

/// The life of a tunnel, without its work: events and the time go in, actions come out.
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
    /// Somebody asks for an attempt now: an operator, or a file that changed.
    case retry
    /// Somebody asks for a fresh session although this one may be well.
    case reconnect
    /// A local client waits for the tunnel.
    case clientWaits
    case hint(Hint)
    case stop
  }

  package enum Action: Hashable, Sendable {
    case connect
    /// Give up the attempt or the session in hand.
    case disconnect
    /// Ask the peer for a sign of life now, with a short deadline: nothing known of it is fresh.
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
  /// Up for this long, the tunnel has earned a fresh backoff.
  package static let stability: Duration = .seconds(60)
  /// A host that refuses the port is alive and its sshd is most likely being restarted: for this long after the
  /// tunnel was up, it is asked again at least every `restartInterval`. Neither this nor `clientInterval` is shorter
  /// than the backoff's `initial`: whoever raises that spares a server that counts.
  package static let restartWindow: Duration = .seconds(120)
  package static let restartInterval: Duration = .milliseconds(500)
  /// While a client waits, attempts come at least this often.
  package static let clientInterval: Duration = .milliseconds(250)
  /// Changes of the network cause attempts at most this often: an interface that flaps must not hammer a bastion.
  package static let hintInterval: Duration = .seconds(1)

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
    switch (state, event) {
    case (.stopped, .start):
      return connect(now)
    case (_, .stop):
      let wasBusy = state == .connecting || state == .up
      enter(.stopped, now)
      return wasBusy ? [.disconnect] : []
    case (.connecting, .connected):
      if lastUp != nil { reconnects += 1 }
      lastUp = now
      attempt = 0
      enter(.up, now)
      return []
    case (.connecting, .failed(let failure)):
      lastFailure = failure
      wait(failure, now, &random)
      return [.disconnect]
    case (.up, .failed(let failure)):
      lastFailure = failure
      lastUp = now
      if now - since >= Self.stability { forgetPauses() }
      // Back at once, but not time and again: a server that drops us as soon as we are up, or soon after, is not
      // hammered.
      let isEarly = lastAtOnce.map { now - $0 < Self.stability } ?? false
      guard now - since >= .seconds(1), !isEarly, !failure.code.isPermanent else {
        wait(failure, now, &random)
        return [.disconnect]
      }
      lastAtOnce = now
      return [.disconnect] + connect(now)
    case (.up, .reconnect):
      // What is down now is down because somebody asked for it.
      lastFailure = nil
      return [.disconnect] + connect(now)
    case (.backoff, .retry), (.backoff, .reconnect), (.blocked, .retry), (.blocked, .reconnect):
      return connect(now)
    case (.backoff, .clientWaits) where lastFailure?.throttle != nil:
      return []
    case (.backoff(let until), .clientWaits):
      state = .backoff(until: min(until, max(now, since + max(Self.clientInterval, backoff.initial))))
      return []
    case (_, .hint(let hint)):
      return take(hint, now)
    case (.backoff(let until), .timePassed), (.blocked(let until), .timePassed):
      return now >= until ? connect(now) : []
    default:
      return []
    }
  }

  /// A hint cuts a wait short. What keeps a tunnel blocked is no matter of the network.
  private mutating func take(_ hint: Hint, _ now: Instant) -> [Action] {
    // Several may tell of one sleep: an attempt that began after it is fresh.
    var isOvertaken = false
    if case .resumed(let lastAwake) = hint { isOvertaken = lastConnect <= lastAwake }
    switch state {
    case .stopped: return []
    case .up: return [.probe]
    case .connecting: return isOvertaken ? [.disconnect] + connect(now) : []
    case .blocked: return isOvertaken ? connect(now) : []
    case .backoff(let until):
      if isOvertaken { backoff.reset() }
      // Another network may mean another address, which the server does not count.
      let isThrottled = lastFailure?.throttle != nil
      let earliest = lastConnect + (isThrottled ? Self.firstPenaltyPause : Self.hintInterval)
      if isOvertaken || now >= earliest { return connect(now) }
      state = .backoff(until: min(until, earliest))
      return []
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
