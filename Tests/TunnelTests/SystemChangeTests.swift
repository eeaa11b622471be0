import GuardTypes
import Platform
import TestSupport
import Testing

@testable import Tunnel

/// The effect of system changes on a tunnel, and invariants for any order of events, in virtual time.
@Suite struct SystemChangeTests {
  private static let start = MonotonicTime.now
  private static let silent = TunnelFailure(.keepaliveTimeout, "silent", remedy: "look")
  private static let unreachable = TunnelFailure(.connectTimeout, "no route", remedy: "look")
  private static let refused = TunnelFailure(.connectRefused, "refused", remedy: "look")
  private static let moved = TunnelFailure(.keepaliveTimeout, "moved", remedy: "look", isMove: true)
  private static let changed = TunnelFailure(.hostKeyChanged, "changed", remedy: "look")
  private static let keyRefused = TunnelFailure(.authRefused, "refused", remedy: "look")
  private static let penalised = TunnelFailure(.peerClosed, "not allowed", remedy: "", throttle: .penalty)

  private struct Life {
    var machine = TunnelStateMachine(
      backoff: Backoff(initial: .milliseconds(250), max: .seconds(30)), now: SystemChangeTests.start)
    var now = SystemChangeTests.start
    var random = SeededGenerator(seed: 1)

    @discardableResult
    mutating func handle(_ event: TunnelStateMachine.Event, after delay: Duration = .zero)
      -> [TunnelStateMachine.Action]
    {
      now += delay
      return machine.handle(event, now: now, random: &random)
    }

    /// Makes the tunnel be down for long, so that its delays are long.
    mutating func tire() {
      handle(.start)
      for _ in 0..<10 {
        handle(.failed(SystemChangeTests.silent))
        handle(.timePassed, after: .seconds(30))
      }
      handle(.failed(SystemChangeTests.silent), after: .milliseconds(100))
    }
  }

  @Test func aNetworkChangeEndsADelay() {
    var life = Life()
    life.tire()
    #expect(life.handle(.systemChanged(.networkChanged), after: .seconds(1)) == [.connect])
  }

  @Test func aFlappingNetworkCausesOneAttemptPerSecond() {
    var life = Life()
    life.tire()
    var attempts = 0
    for _ in 0..<1000 {
      let actions =
        life.handle(.systemChanged(.networkChanged), after: .milliseconds(10)) + life.handle(.timePassed)
      guard actions.contains(.connect) else { continue }
      attempts += 1
      life.handle(.failed(Self.silent))
    }
    #expect((9...11).contains(attempts))
  }

  @Test func aSleepResetsTheBackoffAndCountsOnce() {
    var life = Life()
    life.tire()
    let lastAwake = life.now
    #expect(
      life.handle(.systemChanged(.resumed(lastAwake: lastAwake)), after: .milliseconds(10)) == [.connect])
    life.handle(.failed(Self.silent))
    #expect((life.machine.wake ?? life.now) - life.now <= .milliseconds(750))
    // logind and the clocks report the same sleep.
    #expect(life.handle(.systemChanged(.resumed(lastAwake: lastAwake)), after: .milliseconds(10)) == [])
  }

  @Test func aBlockedTunnelRetriesAfterASleepButNotAfterANetworkChange() {
    var life = Life()
    life.handle(.start)
    life.handle(.failed(Self.changed))
    #expect(life.handle(.systemChanged(.networkChanged), after: .seconds(10)) == [])
    let lastAwake = life.now
    #expect(life.handle(.systemChanged(.resumed(lastAwake: lastAwake)), after: .seconds(1)) == [.connect])
    life.handle(.failed(Self.changed))
    #expect(life.handle(.systemChanged(.resumed(lastAwake: lastAwake)), after: .seconds(1)) == [])
  }

  @Test func aChangeProbesATunnelThatIsUp() {
    var life = Life()
    life.handle(.start)
    life.handle(.connected)
    #expect(life.handle(.systemChanged(.networkChanged)) == [.probe])
    #expect(life.handle(.systemChanged(.resumed(lastAwake: life.now))) == [.probe])
    #expect(life.machine.state == .up)
  }

  @Test func aRemovedAddressIsOnlyComparedWithTheSource() {
    var life = Life()
    life.handle(.start)
    #expect(life.handle(.systemChanged(.addressRemoved)) == [.checkSource])
    life.handle(.connected)
    #expect(life.handle(.systemChanged(.addressRemoved)) == [.checkSource])
    #expect(life.machine.state == .up)
    life.handle(.failed(Self.silent))
    #expect(life.handle(.systemChanged(.addressRemoved), after: .seconds(60)) == [])
  }

  /// The old address goes, the first attempt finds no route, and the new address comes a moment later.
  @Test func afterAMoveTheNewAddressTriggersAnAttemptAtOnce() {
    var life = Life()
    life.handle(.start)
    life.handle(.connected)
    for _ in 0..<3 {
      #expect(life.handle(.failed(Self.moved), after: .seconds(5)) == [.disconnect, .connect])
      life.handle(.failed(Self.unreachable), after: .milliseconds(5))
      #expect(life.handle(.systemChanged(.networkChanged), after: .milliseconds(20)) == [.connect])
      // Only the first change after a move is exempt from the limit.
      life.handle(.failed(Self.unreachable), after: .milliseconds(5))
      #expect(life.handle(.systemChanged(.networkChanged), after: .milliseconds(20)) == [])
      #expect(life.handle(.timePassed, after: .seconds(1)) == [.connect])
      life.handle(.connected)
    }
  }

  @Test func aFlappingAddressCausesOneAttemptPerSecond() {
    var life = Life()
    life.handle(.start)
    var attempts = 0
    for _ in 0..<1000 {
      life.handle(.connected)
      let actions =
        life.handle(.failed(Self.moved), after: .milliseconds(10)) + life.handle(.timePassed)
      attempts += actions.contains(.connect) ? 1 : 0
    }
    #expect((2...15).contains(attempts))
  }

  @Test func anAttemptFromBeforeTheSleepIsReplaced() {
    var life = Life()
    life.handle(.start)
    #expect(life.handle(.systemChanged(.networkChanged)) == [])
    let lastAwake = life.now + .seconds(1)
    #expect(
      life.handle(.systemChanged(.resumed(lastAwake: lastAwake)), after: .seconds(2)) == [
        .disconnect, .connect,
      ])
    #expect(life.handle(.systemChanged(.resumed(lastAwake: lastAwake)), after: .seconds(1)) == [])
  }

  @Test func aStoppedTunnelIgnoresChanges() {
    var life = Life()
    #expect(life.handle(.systemChanged(.networkChanged)) == [])
    #expect(life.handle(.systemChanged(.resumed(lastAwake: life.now))) == [])
  }

  /// Thousands of events in random order do not violate the invariants.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func noOrderOfEventsViolatesTheInvariants(seed: UInt64) {
    var life = Life()
    var dice = SeededGenerator(seed: seed)
    var isInHand = false
    var attempts = 0
    var lastConnect: MonotonicTime?
    /// The first network change after a move causes an attempt at once.
    var hasMoved = false
    for step in 0..<5000 {
      let before = life.machine.state
      let reason = life.machine.lastFailure
      let event = Self.event(&dice, life.now)
      let delay = Duration.milliseconds(Int([0, 1, 90, 700, 20_000].randomElement(using: &dice) ?? 0))
      let actions = life.handle(event, after: delay)
      for action in actions {
        switch action {
        case .disconnect:
          #expect(isInHand, "seed \(seed) step \(step)")
          isInHand = false
        case .connect:
          #expect(!isInHand, "two connects: seed \(seed) step \(step)")
          isInHand = true
          attempts += 1
          var isForced = Self.isForced(event)
          if hasMoved, case .systemChanged(.networkChanged) = event {
            isForced = true
            hasMoved = false
          }
          if let lastConnect, !isForced {
            #expect(life.now - lastConnect >= .milliseconds(250), "seed \(seed) step \(step)")
            if case .blocked = before {
              let isForgeable = reason?.code.isForgeable == true
              #expect(
                life.now - lastConnect
                  >= (isForgeable
                    ? TunnelStateMachine.firstForgeablePause : TunnelStateMachine.blockedInterval))
            }
            if case .backoff = before, reason?.throttle == .penalty {
              #expect(life.now - lastConnect >= TunnelStateMachine.firstPenaltyPause)
            }
          }
          lastConnect = life.now
        case .probe: #expect(before == .up)
        case .checkSource: #expect(before == .up || before == .connecting)
        }
      }
      if case .failed(let failure) = event, failure.isMove, actions.contains(.connect) { hasMoved = true }
      switch life.machine.state {
      case .up: attempts = 0
      case .stopped: if isInHand { Issue.record("seed \(seed) step \(step): stopped with work in hand") }
      default: break
      }
      let isWaiting: Bool
      switch life.machine.state {
      case .backoff, .blocked: isWaiting = true
      case .stopped, .connecting, .up: isWaiting = false
      }
      #expect((life.machine.wake != nil) == isWaiting, "seed \(seed) step \(step)")
      #expect(isInHand == (life.machine.state == .connecting || life.machine.state == .up))
      #expect(life.machine.attempt == attempts, "seed \(seed) step \(step)")
    }
    #expect(life.machine.reconnects > 10)
  }

  private static func event(_ dice: inout SeededGenerator, _ now: MonotonicTime) -> TunnelStateMachine.Event {
    switch Int.random(in: 0..<40, using: &dice) {
    case 0: .retry
    case 1: .reconnect
    case 2: .stop
    case 3: .systemChanged(.resumed(lastAwake: now - .milliseconds(500)))
    case 4: .failed(changed)
    case 16: .systemChanged(.addressRemoved)
    case 17: .failed(moved)
    case 5: .failed(keyRefused)
    case 6: .failed(penalised)
    case 7..<12: .failed(refused)
    case 12..<16: .failed(silent)
    case 18..<23: .connected
    case 23..<27: .systemChanged(.networkChanged)
    case 27..<30: .clientWaits
    case 30..<34: .start
    default: .timePassed
    }
  }

  private static func isForced(_ event: TunnelStateMachine.Event) -> Bool {
    switch event {
    case .retry, .reconnect, .start, .systemChanged(.resumed): true
    default: false
    }
  }
}
