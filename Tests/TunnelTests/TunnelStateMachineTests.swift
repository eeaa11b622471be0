import Platform
import Testing

@testable import Tunnel

/// The life of a tunnel in virtual time.
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

  /// Always the upper end of what is drawn from.
  private struct Sequence: RandomNumberGenerator {
    mutating func next() -> UInt64 { .max }
  }

  private static let refused = TunnelFailure(.connectRefused, "refused", remedy: "look")
  private static let silent = TunnelFailure(.keepaliveTimeout, "silent", remedy: "look")
  private static let changed = TunnelFailure(
    .hostKeyChanged, "changed", remedy: "look", files: ["known_hosts"])

  @Test func firstAttemptIsMadeAtOnce() {
    var life = Life()
    #expect(life.handle(.start) == [.connect])
    #expect(life.machine.state == .connecting)
    #expect(life.machine.attempt == 1)
  }

  @Test func waitsGrowToTheMaximumAndNoFurther() {
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

  @Test func everyWaitStaysBetweenInitialAndMaximum() {
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff(initial: .milliseconds(250), max: .seconds(30))
    for _ in 0..<1000 {
      let wait = backoff.next(using: &random)
      #expect(wait >= .milliseconds(250) && wait <= .seconds(30))
    }
  }

  @Test func aStableSessionComesBackAtOnceAndEarnsAFreshBackoff() {
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

  @Test func aSessionThatDropsAsSoonAsItIsUpDoesNotSpin() {
    var life = Life()
    life.handle(.start)
    life.handle(.connected)
    #expect(life.handle(.failed(Self.silent), after: .milliseconds(10)) == [.disconnect])
    #expect(life.machine.wake != nil)
  }

  /// Whatever drops it, three seconds after each login: one login at once, the others ever later.
  @Test func aServerThatDropsEverySessionSoonIsNotHammered() {
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

  @Test func aSecondEndWithinTheMinuteWaits() {
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

  @Test func aRestartingServerIsAskedOften() {
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

  @Test func aClientThatWaitsHurriesTheNextAttempt() {
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

  /// Whoever raises it spares a bastion that bans who knocks too often.
  @Test func noPauseIsShorterThanInitial() {
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
    #expect(life.handle(.failed(Self.changed)) == [.disconnect])
    guard case .blocked(let until) = life.machine.state else {
      Issue.record("not blocked")
      return
    }
    #expect(until - life.now == TunnelStateMachine.blockedInterval)
    life.handle(.clientWaits)
    #expect(life.handle(.timePassed, after: .seconds(299)) == [])
    #expect(life.handle(.retry) == [.connect])
  }

  @Test func reconnectGivesUpASessionThatIsUp() {
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
