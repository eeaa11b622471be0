/// The life of a tunnel, without its work: events and the time go in, actions come out.
///
/// It opens no socket and reads no clock, so reconnecting, backing off and blocking are tested in virtual time.
package struct TunnelStateMachine: Sendable {
  package typealias Instant = SuspendingClock.Instant

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
    case stop
  }

  package enum Action: Hashable, Sendable {
    case connect
    /// Give up the attempt or the session in hand.
    case disconnect
  }

  /// A blocked tunnel tries this often, in case the fault was mended on the far side.
  package static let blockedInterval: Duration = .seconds(300)
  /// Up for this long, the tunnel has earned a fresh backoff.
  package static let stability: Duration = .seconds(60)

  package private(set) var state: State = .stopped
  package private(set) var since: Instant
  /// Attempts since the tunnel was last up; 0 while it is up.
  package private(set) var attempt = 0
  /// Times that the tunnel came up again after the first.
  package private(set) var reconnects = 0
  package private(set) var lastFailure: TunnelFailure?
  private var hasBeenUp = false
  private var backoff: Backoff

  package init(backoff: Backoff, now: Instant) {
    self.backoff = backoff
    self.since = now
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
      if hasBeenUp { reconnects += 1 }
      hasBeenUp = true
      attempt = 0
      enter(.up, now)
      return []
    case (.connecting, .failed(let failure)):
      lastFailure = failure
      wait(failure, now, &random)
      return [.disconnect]
    case (.up, .failed(let failure)):
      lastFailure = failure
      if now - since >= Self.stability { backoff.reset() }
      // A session that was stable comes back at once; one that drops as soon as it is up must not spin.
      guard now - since >= .seconds(1), !failure.code.isPermanent else {
        wait(failure, now, &random)
        return [.disconnect]
      }
      return [.disconnect] + connect(now)
    case (.up, .reconnect):
      return [.disconnect] + connect(now)
    case (.backoff, .retry), (.backoff, .reconnect), (.blocked, .retry), (.blocked, .reconnect):
      return connect(now)
    case (.backoff(let until), .timePassed), (.blocked(let until), .timePassed):
      return now >= until ? connect(now) : []
    default:
      return []
    }
  }

  private mutating func connect(_ now: Instant) -> [Action] {
    attempt += 1
    enter(.connecting, now)
    return [.connect]
  }

  private mutating func wait(
    _ failure: TunnelFailure, _ now: Instant, _ random: inout some RandomNumberGenerator
  ) {
    enter(
      failure.code.isPermanent
        ? .blocked(until: now + Self.blockedInterval) : .backoff(until: now + backoff.next(using: &random)), now)
  }

  private mutating func enter(_ next: State, _ now: Instant) {
    state = next
    since = now
  }
}
