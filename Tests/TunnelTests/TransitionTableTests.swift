import GuardTypes
import Platform
import Testing

@testable import Tunnel

/// Every state of the tunnel with every event.
@Suite struct TransitionTableTests {
  enum Phase: CaseIterable {
    case stopped, connecting, up, backoff, blocked
  }

  enum Trigger: CaseIterable {
    case start, connected, failed, failedForGood, timePassed, retry, reconnect, clientWaits, networkChanged,
      addressRemoved, moved, resumed, stop
  }

  struct Transition {
    let to: Phase
    let actions: [TunnelStateMachine.Action]

    init(_ to: Phase, _ actions: TunnelStateMachine.Action...) {
      self.to = to
      self.actions = actions
    }
  }

  /// Each event comes ten minutes after the state began, so that every delay has passed and every session was stable.
  static let table: [Phase: [Trigger: Transition]] = [
    .stopped: [
      .start: .init(.connecting, .connect), .connected: .init(.stopped), .failed: .init(.stopped),
      .failedForGood: .init(.stopped), .timePassed: .init(.stopped), .retry: .init(.stopped),
      .reconnect: .init(.stopped), .clientWaits: .init(.stopped), .networkChanged: .init(.stopped),
      .addressRemoved: .init(.stopped), .moved: .init(.stopped),
      .resumed: .init(.stopped), .stop: .init(.stopped),
    ],
    .connecting: [
      .start: .init(.connecting), .connected: .init(.up), .failed: .init(.backoff, .disconnect),
      .failedForGood: .init(.blocked, .disconnect), .timePassed: .init(.connecting),
      .retry: .init(.connecting),
      .reconnect: .init(.connecting, .disconnect, .connect), .clientWaits: .init(.connecting),
      .networkChanged: .init(.connecting), .addressRemoved: .init(.connecting, .checkSource),
      .moved: .init(.connecting, .disconnect, .connect), .resumed: .init(.connecting, .disconnect, .connect),
      .stop: .init(.stopped, .disconnect),
    ],
    .up: [
      .start: .init(.up), .connected: .init(.up), .failed: .init(.connecting, .disconnect, .connect),
      .failedForGood: .init(.blocked, .disconnect), .timePassed: .init(.up), .retry: .init(.up),
      .reconnect: .init(.connecting, .disconnect, .connect), .clientWaits: .init(.up),
      .addressRemoved: .init(.up, .checkSource), .moved: .init(.connecting, .disconnect, .connect),
      .networkChanged: .init(.up, .probe), .resumed: .init(.up, .probe), .stop: .init(.stopped, .disconnect),
    ],
    .backoff: [
      .start: .init(.backoff), .connected: .init(.backoff), .failed: .init(.backoff),
      .failedForGood: .init(.backoff), .timePassed: .init(.connecting, .connect),
      .retry: .init(.connecting, .connect), .reconnect: .init(.connecting, .connect),
      .clientWaits: .init(.backoff), .networkChanged: .init(.connecting, .connect),
      .addressRemoved: .init(.backoff), .moved: .init(.backoff),
      .resumed: .init(.connecting, .connect), .stop: .init(.stopped),
    ],
    .blocked: [
      .start: .init(.blocked), .connected: .init(.blocked), .failed: .init(.blocked),
      .failedForGood: .init(.blocked), .timePassed: .init(.connecting, .connect),
      .retry: .init(.connecting, .connect), .reconnect: .init(.connecting, .connect),
      .clientWaits: .init(.blocked), .networkChanged: .init(.blocked),
      .addressRemoved: .init(.blocked), .moved: .init(.blocked),
      .resumed: .init(.connecting, .connect), .stop: .init(.stopped),
    ],
  ]

  @Test(arguments: Phase.allCases, Trigger.allCases)
  func everyEventInEveryStateHasTheListedResult(_ phase: Phase, _ trigger: Trigger) throws {
    let expected = try #require(Self.table[phase]?[trigger])
    var random = SystemRandomNumberGenerator()
    var now = MonotonicTime.now
    var machine = TunnelStateMachine(
      backoff: Backoff(initial: .milliseconds(250), max: .seconds(30)), now: now)
    for event in Self.events(to: phase) { _ = machine.handle(event, now: now, random: &random) }
    #expect(Self.phase(of: machine.state) == phase)
    now += .seconds(600)
    let actions = machine.handle(Self.event(trigger, now), now: now, random: &random)
    #expect(actions == expected.actions)
    #expect(Self.phase(of: machine.state) == expected.to)
  }

  private static let refused = TunnelFailure(.connectRefused, "refused", remedy: "look")
  private static let moved = TunnelFailure(.keepaliveTimeout, "moved", remedy: "look", isMove: true)
  private static let changed = TunnelFailure(.hostKeyChanged, "changed", remedy: "look")

  private static func events(to phase: Phase) -> [TunnelStateMachine.Event] {
    switch phase {
    case .stopped: []
    case .connecting: [.start]
    case .up: [.start, .connected]
    case .backoff: [.start, .failed(refused)]
    case .blocked: [.start, .failed(changed)]
    }
  }

  private static func phase(of state: TunnelStateMachine.State) -> Phase {
    switch state {
    case .stopped: .stopped
    case .connecting: .connecting
    case .up: .up
    case .backoff: .backoff
    case .blocked: .blocked
    }
  }

  private static func event(_ trigger: Trigger, _ now: MonotonicTime) -> TunnelStateMachine.Event {
    switch trigger {
    case .start: .start
    case .connected: .connected
    case .failed: .failed(refused)
    case .failedForGood: .failed(changed)
    case .timePassed: .timePassed
    case .retry: .retry
    case .reconnect: .reconnect
    case .clientWaits: .clientWaits
    case .networkChanged: .systemChanged(.networkChanged)
    case .addressRemoved: .systemChanged(.addressRemoved)
    case .moved: .failed(moved)
    case .resumed: .systemChanged(.resumed(lastAwake: now - .seconds(1)))
    case .stop: .stop
    }
  }
}
