import GuardTypes
import Platform
import Testing

@testable import Tunnel

/// The life cycle of a tunnel in virtual time.
@Suite struct TunnelStateMachineTests {
  private struct Life {
    var machine: TunnelStateMachine
    var now: MonotonicTime
    var random = Sequence()

    init(initial: Duration = .milliseconds(250)) {
      now = MonotonicTime.now
      machine = TunnelStateMachine(backoff: Backoff(initial: initial, max: .seconds(30)), now: now)
    }

    @discardableResult
    mutating func handle(_ event: TunnelStateMachine.Event, after delay: Duration = .zero)
      -> [TunnelStateMachine.Action]
    {
      now += delay
      return machine.handle(event, now: now, random: &random)
    }
  }

  /// Always returns the upper end of the range.
  private struct Sequence: RandomNumberGenerator {
    mutating func next() -> UInt64 { .max }
  }

  private static let refused = TunnelFailure(.connectRefused, "refused", remedy: "look")
  private static let silent = TunnelFailure(.keepaliveTimeout, "silent", remedy: "look")
  private static let changed = TunnelFailure(
    .hostKeyChanged, "changed", remedy: "look", files: ["known_hosts"])
  private static let keyRefused = TunnelFailure(
    .authRefused, "refused", remedy: "look", files: ["id_ed25519"])
  private static let penalised = TunnelFailure(.peerClosed, "not allowed", remedy: "", throttle: .penalty)
  private static let overloaded = TunnelFailure(.peerClosed, "too many", remedy: "", throttle: .overload)

  @Test func theFirstAttemptIsMadeAtOnce() {
    var life = Life()
    #expect(life.handle(.start) == [.connect])
    #expect(life.machine.state == .connecting)
    #expect(life.machine.attempt == 1)
  }

  @Test func delaysGrowUpToTheMaximum() {
    var life = Life()
    life.handle(.start)
    var waits: [Duration] = []
    for _ in 0..<12 {
      life.handle(.failed(Self.silent))
      guard case .backoff(let until) = life.machine.state else {
        Issue.record("not waiting: \(life.machine.state)")
        return
      }
      waits.append(until - life.now)
      #expect(life.handle(.timePassed, after: waits[waits.count - 1] - .milliseconds(1)) == [])
      #expect(life.handle(.timePassed, after: .milliseconds(1)) == [.connect])
    }
    #expect(waits.first == .milliseconds(750))
    #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(waits.last == .seconds(30))
  }

  @Test func everyDelayIsBetweenInitialAndMaximum() {
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff(initial: .milliseconds(250), max: .seconds(30))
    for _ in 0..<1000 {
      let wait = backoff.next(using: &random)
      #expect(wait >= .milliseconds(250) && wait <= .seconds(30))
    }
  }

  @Test func aStableSessionIsReplacedAtOnceAndResetsTheBackoff() {
    var life = Life()
    life.handle(.start)
    for _ in 0..<8 {
      life.handle(.failed(Self.silent))
      life.handle(.timePassed, after: .seconds(30))
    }
    life.handle(.connected)
    #expect(life.machine.attempt == 0)
    #expect(life.handle(.failed(Self.silent), after: .seconds(61)) == [.disconnect, .connect])
    life.handle(.failed(Self.silent))
    guard case .backoff(let until) = life.machine.state else {
      Issue.record("not waiting")
      return
    }
    #expect(until - life.now == .milliseconds(750))
  }

  @Test func sessionsThatDropImmediatelyCauseDelays() {
    var life = Life()
    life.handle(.start)
    life.handle(.connected)
    #expect(life.handle(.failed(Self.silent), after: .milliseconds(10)) == [.disconnect])
    #expect(life.machine.wake != nil)
  }

  /// Each session is lost three seconds after its login: one login follows at once, the others with growing delays.
  @Test func aServerThatDropsEverySessionEarlyGetsFewAttempts() {
    var life = Life()
    life.handle(.start)
    life.handle(.connected)
    let start = life.now
    var logins = 1
    while life.now - start < .seconds(600) {
      let actions = life.handle(.failed(Self.silent), after: .seconds(3))
      if actions == [.disconnect] {
        let wake = life.machine.wake ?? life.now
        #expect(life.handle(.timePassed, after: wake - life.now) == [.connect])
      } else {
        #expect(actions == [.disconnect, .connect])
      }
      life.handle(.connected)
      logins += 1
    }
    #expect(logins < 40)
  }

  @Test func aSecondLossWithinAMinuteCausesADelay() {
    var life = Life()
    life.handle(.start)
    life.handle(.connected)
    #expect(life.handle(.failed(Self.silent), after: .seconds(20)) == [.disconnect, .connect])
    life.handle(.connected, after: .seconds(1))
    #expect(life.handle(.failed(Self.silent), after: .seconds(20)) == [.disconnect])
    let wake = life.machine.wake ?? life.now
    #expect(wake - life.now == .milliseconds(750))
    life.handle(.timePassed, after: wake - life.now)
    life.handle(.connected)
    #expect(life.handle(.failed(Self.silent), after: .seconds(61)) == [.disconnect, .connect])
  }

  @Test func aRestartingServerIsTriedOften() {
    var life = Life()
    life.handle(.start)
    life.handle(.connected)
    life.handle(.failed(Self.silent), after: .seconds(5))
    for _ in 0..<20 {
      life.handle(.failed(Self.refused))
      let wake = life.machine.wake ?? life.now
      #expect(wake - life.now <= TunnelStateMachine.restartInterval)
      life.handle(.timePassed, after: wake - life.now)
    }
  }

  @Test func aWaitingClientBringsTheNextAttemptForward() {
    var life = Life()
    life.handle(.start)
    for _ in 0..<10 {
      life.handle(.failed(Self.silent))
      life.handle(.timePassed, after: .seconds(30))
    }
    life.handle(.failed(Self.silent))
    life.handle(.clientWaits, after: .milliseconds(100))
    let rest = TunnelStateMachine.clientInterval - .milliseconds(101)
    #expect(life.handle(.timePassed, after: rest) == [])
    #expect(life.handle(.timePassed, after: .milliseconds(1)) == [.connect])
  }

  /// Users raise `initial` for bastions that ban addresses with many attempts.
  @Test func noDelayIsShorterThanInitial() {
    var life = Life(initial: .seconds(10))
    life.handle(.start)
    life.handle(.connected)
    life.handle(.failed(Self.refused), after: .seconds(5))
    for failure in [Self.refused, Self.silent, Self.refused, Self.silent] {
      life.handle(.failed(failure))
      let failed = life.now
      life.handle(.clientWaits, after: .milliseconds(100))
      #expect(life.machine.wake.map { $0 - failed } == .seconds(10))
      #expect(life.handle(.timePassed, after: .milliseconds(9899)) == [])
      #expect(life.handle(.timePassed, after: .milliseconds(1)) == [.connect])
    }
  }

  @Test func aPermanentFaultBlocksAndAChangedFileUnblocks() {
    var life = Life()
    life.handle(.start)
    #expect(life.handle(.failed(Self.keyRefused)) == [.disconnect])
    guard case .blocked(let until) = life.machine.state else {
      Issue.record("not blocked")
      return
    }
    #expect(until - life.now == TunnelStateMachine.blockedInterval)
    life.handle(.clientWaits)
    #expect(life.handle(.timePassed, after: .seconds(299)) == [])
    #expect(life.handle(.retry) == [.connect])
  }

  /// The delays after a repeated failure.
  private func pauses(_ failure: TunnelFailure, _ count: Int, _ life: inout Life) -> [Duration] {
    (0..<count).map { _ in
      life.handle(.failed(failure))
      let pause = (life.machine.wake ?? life.now) - life.now
      #expect(life.handle(.clientWaits, after: .milliseconds(300)) == [])
      #expect(life.machine.wake.map { $0 - life.now } == pause - .milliseconds(300))
      #expect(life.handle(.timePassed, after: pause - .milliseconds(301)) == [])
      #expect(life.handle(.timePassed, after: .milliseconds(1)) == [.connect])
      return pause
    }
  }

  @Test func aChangedHostKeyIsRetriedSoonAndThenWithGrowingDelays() {
    var life = Life()
    life.handle(.start)
    #expect(
      pauses(Self.changed, 8, &life) == [5, 10, 20, 40, 80, 160, 300, 300].map { .seconds($0) })
    // A session that lasted resets the delays, and one that was lost at once does not.
    life.handle(.connected)
    life.handle(.failed(Self.silent), after: .seconds(10))
    #expect(pauses(Self.changed, 1, &life) == [.seconds(300)])
    life.handle(.connected)
    life.handle(.failed(Self.silent), after: .seconds(61))
    #expect(pauses(Self.changed, 2, &life) == [.seconds(5), .seconds(10)])
  }

  @Test func anUnknownHostKeyIsRetriedLikeAChangedOne() {
    var life = Life()
    life.handle(.start)
    let unknown = TunnelFailure(.hostKeyUnknown, "unknown", remedy: "look")
    #expect(pauses(unknown, 2, &life) == [.seconds(5), .seconds(10)])
  }

  /// The longest penalty of OpenSSH is 10 minutes. Waiting clients do not shorten the delay.
  @Test func theDelayGrowsBeyondAPenalty() {
    var life = Life()
    life.handle(.start)
    let found = pauses(Self.penalised, 8, &life)
    #expect((found.first ?? .zero) >= .seconds(15))
    #expect(zip(found, found.dropFirst()).allSatisfy { $0 <= $1 })
    #expect((found.last ?? .zero) > .seconds(600))
  }

  @Test func anOverloadedServerIsRetriedAfterAtMostAMinute() {
    var life = Life()
    life.handle(.start)
    let found = pauses(Self.overloaded, 6, &life)
    #expect(found.allSatisfy { $0 >= .seconds(5) && $0 <= .seconds(90) })
    #expect((found.last ?? .zero) >= .seconds(60))
  }

  @Test func anotherNetworkShortensAPenaltyButNotToZero() {
    var life = Life()
    life.handle(.start)
    for _ in 0..<5 {
      life.handle(.failed(Self.penalised))
      life.handle(.timePassed, after: .seconds(900))
    }
    life.handle(.failed(Self.penalised))
    #expect(life.handle(.systemChanged(.networkChanged), after: .seconds(1)) == [])
    #expect(life.handle(.timePassed, after: .seconds(13)) == [])
    #expect(life.handle(.timePassed, after: .seconds(1)) == [.connect])
    life.handle(.failed(Self.penalised))
    #expect(life.handle(.reconnect) == [.connect])
  }

  @Test func reconnectReplacesASessionThatIsUp() {
    var life = Life()
    life.handle(.start)
    life.handle(.connected)
    #expect(life.handle(.reconnect) == [.disconnect, .connect])
    life.handle(.connected)
    #expect(life.machine.reconnects == 1)
  }

  @Test func stopEndsFromEveryState() {
    for events in [[], [.start], [.start, .connected], [.start, .failed(Self.silent)]]
      as [[TunnelStateMachine.Event]]
    {
      var life = Life()
      for event in events { life.handle(event) }
      life.handle(.stop)
      #expect(life.machine.state == .stopped)
      #expect(life.handle(.timePassed, after: .seconds(600)) == [])
      #expect(life.handle(.clientWaits) == [])
    }
  }
}
