import IncidentTracking
import Platform
import Testing

@testable import GuardAlerts
@testable import Health

/// A channel in virtual time.
@Suite struct DeliveryStateTests {
  private static let begin = MonotonicTime.now

  private struct Sent: Equatable {
    let second: Int64
    let words: [String]
  }

  /// Lets time pass from step to step; `answer` says what becomes of an attempt at a second.
  private func run(
    _ state: inout DeliveryState, _ seconds: ClosedRange<Int64>, random: Double = 1,
    _ answer: (Int64) -> DeliveryError?
  ) -> [Sent] {
    var sent: [Sent] = []
    var second = seconds.lowerBound
    while second <= seconds.upperBound {
      let now = Self.begin + .seconds(second)
      let date = moment + .seconds(second)
      let words: [String]
      switch state.next(at: now, date) {
      case .idle: return sent
      case .wait(let next):
        second = max(second + 1, (next - Self.begin).inMilliseconds / 1000)
        continue
      case .deliver(let notice): words = notice.words
      case .renew(let firing): words = ["renew"] + firing.map(\.id).sorted()
      }
      sent.append(Sent(second: second, words: words))
      if let error = answer(second) {
        _ = state.fail(error, at: now, date, random: random)
      } else {
        _ = state.succeed()
      }
    }
    return sent
  }

  private func state(
    _ policy: DeliveryPolicy = DeliveryPolicy(), renewsEvery: Duration? = nil, isHeartbeat: Bool = false,
    countsFloods: Bool = true
  ) -> DeliveryState {
    DeliveryState(
      policy: policy, renewsEvery: renewsEvery, isHeartbeat: isHeartbeat, countsFloods: countsFloods)
  }

  @Test func retriesBackOffToFiveMinutesAndDeliverTheNewestState() {
    var state = state()
    _ = state.outbox.add(.init(.opened, .sample("a")), at: moment)
    let sent = run(&state, 0...2000) { $0 < 1500 ? .down : nil }
    #expect(sent.map(\.second) == [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111, 1411, 1711])
    #expect(sent.last?.words == ["opened a/1"])
    #expect(state.delivered == 1)
    #expect(state.failed == 13)
    #expect(!state.retry.isFailing)
  }

  @Test func jitterIsAtMostHalfTheInterval() {
    for random in [0, 0.5, 1.0] {
      var retry = Retry(policy: DeliveryPolicy())
      for _ in 0..<5 { _ = retry.fail(.down, at: Self.begin, moment, random: random) }
      #expect(retry.notBefore == Self.begin + .seconds(16) * (0.5 + random / 2))
    }
  }

  @Test func retryAfterIsHonoredWithinLimits() {
    for (wish, pause) in [(7, 7), (0, 1), (100_000, 900)] as [(Int64, Int64)] {
      var retry = Retry(policy: DeliveryPolicy())
      let error = DeliveryError(.passing, "HTTP 429", remedy: "", retryAfter: .seconds(wish))
      _ = retry.fail(error, at: Self.begin, moment, random: 1)
      #expect(retry.notBefore == Self.begin + .seconds(pause))
    }
  }

  @Test func refusedMessageIsRetriedForADay() {
    var state = state()
    _ = state.outbox.add(.init(.opened, .sample("a")), at: moment)
    let sent = run(&state, 0...200_000) { _ in .unauthorized }
    #expect(sent.count == 97)
    #expect(sent.map(\.second).prefix(3) == [0, 900, 1800])
    #expect(state.dropped == 1)
    #expect(state.outbox.isEmpty)
    // Until something arrives it stays a problem.
    #expect(state.retry.isFailing)
  }

  @Test func permanentlyRefusedMessageIsDroppedAtOnce() {
    var state = state()
    _ = state.outbox.add(.init(.opened, .sample("a", cluster: "one")), at: moment)
    _ = state.outbox.add(.init(.opened, .sample("b", cluster: "two")), at: moment)
    let sent = run(&state, 0...100) { $0 == 0 ? .malformed : nil }
    #expect(sent == [Sent(second: 0, words: ["opened a/1"]), Sent(second: 1, words: ["opened b/1"])])
    #expect(state.dropped == 1)
    #expect(state.delivered == 1)
  }

  /// One entry that a server chokes on takes no other with it, and holds them up for a second.
  @Test func refusedMessageIsBisected() {
    var state = state()
    for index in 0..<100 { _ = state.outbox.add(.init(.opened, .sample("\(index)")), at: moment) }
    var arrived: [String] = []
    var attempts = 0
    var problems = 0
    var now = Self.begin
    while attempts < 100 {
      switch state.next(at: now, moment) {
      case .wait(let next): now = next
      case .deliver(let notice):
        attempts += 1
        if notice.entries.contains(where: { ["41", "77"].contains($0.incident.id) }) {
          if state.fail(.malformed, at: now, moment, random: 1).isNew { problems += 1 }
        } else {
          arrived += state.succeed().arrived.map(\.incident.id)
        }
        continue
      case .idle, .renew: break
      }
      if state.outbox.isEmpty { break }
    }
    #expect(Set(arrived).count == 98 && arrived.count == 98)
    #expect(state.dropped == 2)
    #expect(state.outbox.isEmpty)
    #expect(attempts < 40)
    // Dropping is a problem; finding out what to drop is none.
    #expect(problems == 2)
    #expect(now - Self.begin <= .seconds(2))
  }

  @Test func bisectionIsLimited() {
    var state = state()
    for index in 0..<100 { _ = state.outbox.add(.init(.opened, .sample("\(index)")), at: moment) }
    let sent = run(&state, 0...3600) { _ in .malformed }
    // Seven halvings or so, then one by one with pauses of ten seconds at most.
    #expect(sent.count < 110)
    #expect(state.dropped == 100)
    #expect(sent.last.map { $0.second > 900 } == true)
  }

  @Test func messageGrowsAgainAfterASuccess() {
    var state = state(countsFloods: false)
    for index in 0..<400 { _ = state.outbox.add(.init(.opened, .sample("\(index)")), at: moment) }
    var sizes: [Int] = []
    while case .deliver(let notice) = state.next(at: Self.begin, moment) {
      sizes.append(notice.entries.count)
      if notice.entries.count > 60 {
        _ = state.fail(.malformed, at: Self.begin, moment, random: 1)
      } else {
        _ = state.succeed()
      }
    }
    #expect(state.delivered == 400)
    #expect(sizes.prefix(4) == [100, 50, 100, 50])
  }

  @Test func channelIsAProblemAfterRepeatedOrPermanentFailure() {
    var retry = Retry(policy: DeliveryPolicy())
    let news = [0, 5, 10, 30, 60].map { seconds in
      retry.fail(.down, at: Self.begin, moment + .seconds(seconds), random: 1)
    }
    #expect(news == [false, false, false, true, false])
    #expect(retry.since == moment)
    let wasProblem = retry.succeed()
    #expect(wasProblem)
    let isProblem = retry.fail(.unauthorized, at: Self.begin, moment, random: 1)
    #expect(isProblem)
  }

  @Test func firingAlertsAreRenewedEveryMinute() {
    var state = state(renewsEvery: .seconds(60))
    state.refresh([.sample("a")], at: Self.begin)
    let sent = run(&state, 0...10_000) { _ in nil }
    #expect(sent.map(\.second) == Array(stride(from: 0, through: 840, by: 60)))
    #expect(sent.allSatisfy { $0.words == ["renew", "a"] })
    state.refresh([], at: Self.begin + .seconds(1000))
    let sent1 = run(&state, 1000...2000) { _ in nil }
    #expect(sent1 == [])
  }

  @Test func failedRenewalIsRepeated() {
    var state = state(renewsEvery: .seconds(60))
    state.refresh([.sample("a")], at: Self.begin)
    let sent2 = run(&state, 0...100) { $0 < 3 ? .down : nil }
    #expect(sent2.map(\.second) == [0, 1, 3, 63])
  }

  /// Nothing fires before anything is known, and that says nothing.
  @Test func noHeartbeatWhileTheStateIsUnknown() {
    var state = state(renewsEvery: .seconds(60), isHeartbeat: true)
    state.refresh([], isSure: false, at: Self.begin)
    let unsure = run(&state, 0...30) { _ in nil }
    #expect(unsure == [])
    #expect(state.heartbeat(at: Self.begin) == nil)
    // It fires: that is known.
    state.refresh([.sample("a")], isSure: false, at: Self.begin + .seconds(31))
    let failing = run(&state, 31...60) { _ in nil }
    #expect(failing == [Sent(second: 31, words: ["renew", "a"])])
    state.refresh([], isSure: false, at: Self.begin + .seconds(61))
    let over = run(&state, 61...200) { _ in nil }
    #expect(over == [])
    state.refresh([], at: Self.begin + .seconds(201))
    let well = run(&state, 201...230) { _ in nil }
    #expect(well == [Sent(second: 201, words: ["renew"])])
    // A critical problem that ends before it is an incident does not change the interval.
    state.refresh([], isSure: false, at: Self.begin + .seconds(231))
    state.refresh([], at: Self.begin + .seconds(240))
    let goesOn = run(&state, 240...262) { _ in nil }
    #expect(goesOn == [Sent(second: 261, words: ["renew"])])
    // It counts its pings as deliveries.
    #expect(state.delivered == 3)
  }

  @Test func heartbeatStopsAndReturnsAtOnce() {
    var state = state(renewsEvery: .seconds(60), isHeartbeat: true)
    let sent3 = run(&state, 0...100) { _ in nil }
    #expect(sent3 == [])
    state.refresh([], at: Self.begin)
    let sent4 = run(&state, 0...100) { _ in nil }
    #expect(sent4.map(\.second) == [0, 60])
    state.refresh([.sample("a")], at: Self.begin + .seconds(100))
    #expect(
      run(&state, 101...170) { _ in nil } == [
        Sent(second: 101, words: ["renew", "a"]), Sent(second: 161, words: ["renew", "a"]),
      ])
    state.refresh([], at: Self.begin + .seconds(170))
    let sent5 = run(&state, 171...180) { _ in nil }
    #expect(sent5 == [Sent(second: 171, words: ["renew"])])
  }
}
