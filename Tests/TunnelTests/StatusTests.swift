import GuardTypes
import Platform
import Testing

@testable import Tunnel

@Suite struct ConnectionLogTests {
  @Test func keepsTheLastTwentyEndedConnections() {
    var log = ConnectionLog()
    for index in 1...25 {
      let traffic = log.begin(origin: "127.0.0.1:\(index)", at: Int64(index))
      traffic.addFromTarget(index)
      traffic.addFromTarget(1)
      traffic.addToTarget(7)
      log.end(traffic, .closedByClient, at: Int64(index + 100))
    }
    #expect(log.records.map(\.serial) == Array((6...25).reversed()))
    #expect(
      log.records.first
        == ConnectionRecord(
          serial: 25, origin: "127.0.0.1:25", openedAt: 25, endedAt: 125, bytesFromTarget: 26,
          bytesToTarget: 7,
          end: .closedByClient))
  }

  @Test func openConnectionsComeFirstWithTheirCurrentTraffic() {
    var log = ConnectionLog()
    let first = log.begin(origin: "a", at: 1)
    let second = log.begin(origin: "b", at: 2)
    let third = log.begin(origin: "c", at: 3)
    log.end(second, .refused(reason: "no"), at: 4)
    first.addToTarget(5)
    #expect(log.records.map(\.origin) == ["c", "a", "b"])
    #expect(log.records.map(\.bytesToTarget) == [0, 5, 0])
    #expect(log.records.map(\.endedAt) == [nil, nil, 4])
    log.end(third, .cutWithTunnel, at: 5)
    #expect(log.records.map(\.origin) == ["a", "c", "b"])
  }

  @Test func theNumberOfListedOpenConnectionsIsBounded() {
    var log = ConnectionLog()
    let open = (0..<500).map { log.begin(origin: "\($0)", at: 0) }
    #expect(log.records.map(\.serial) == Array((481...500).reversed()))
    for traffic in open { log.end(traffic, .closedByTarget, at: 1) }
    #expect(log.records.count == ConnectionLog.capacity)
  }

  @Test func onlyTheFirstEndCountsAndItIsNotBeforeTheStart() {
    var log = ConnectionLog()
    let traffic = log.begin(origin: "a", at: 1000)
    log.end(traffic, .resetByClient, at: 400)
    log.end(traffic, .cutWithTunnel, at: 2000)
    #expect(log.records.map(\.end) == [.resetByClient])
    #expect(log.records.map(\.endedAt) == [1000])
  }
}

@Suite struct RateTests {
  private let start = MonotonicTime.now

  private func after(_ seconds: Double) -> Rate.Instant { start + .seconds(seconds) }

  @Test func isUnknownAtTheFirstReading() {
    var rate = Rate()
    #expect(rate.perSecond(0, at: after(0)) == nil)
    rate.record(5000, at: after(0))
    #expect(rate.perSecond(5000, at: after(0)) == nil)
  }

  @Test func coversOnlyTheLastWindow() {
    var rate = Rate()
    for second in 0...60 { rate.record(second < 40 ? second * 100 : 4000, at: after(Double(second))) }
    #expect(rate.perSecond(4000, at: after(60)) == 0)
    var steady = Rate()
    for second in 0...60 { steady.record(second * 100, at: after(Double(second))) }
    #expect(steady.perSecond(6000, at: after(60)) == 100)
  }

  @Test func readingsWithinASecondCountAsOne() {
    var rate = Rate()
    for look in 0...100 { rate.record(look * 10, at: after(Double(look) / 100)) }
    #expect(rate.perSecond(1000, at: after(1)) == 1000)
  }

  @Test func isUnknownAfterAnHourWithoutReadings() {
    var rate = Rate()
    rate.record(100, at: after(0))
    #expect(rate.perSecond(9_000_000, at: after(3600)) == nil)
    // No bytes moved in that hour, so the current rate is 0.
    #expect(rate.perSecond(100, at: after(3600)) == 0)
    rate.record(9_000_000, at: after(3600))
    rate.record(9_000_500, at: after(3605))
    #expect(rate.perSecond(9_000_500, at: after(3605)) == 100)
  }
}

@Suite struct StateHistoryTests {
  @Test func attemptsAndDelaysAreOneOutage() {
    var history = StateHistory()
    history.record(.connecting, at: 10, code: nil)
    history.record(.up, at: 20, code: nil)
    history.record(.connecting, at: 100, code: .keepaliveTimeout)
    for attempt in 1...50 {
      history.record(.backoff, at: Int64(100 + attempt), code: .connectRefused)
      history.record(.connecting, at: Int64(101 + attempt), code: .connectRefused)
    }
    history.record(.up, at: 282, code: nil)
    #expect(history.spans.map(\.state) == [.down, .up, .down, .up])
    #expect(history.spans.map(\.since) == [10, 20, 100, 282])
    #expect(history.spans.map(\.until) == [20, 100, 282, nil])
    // The code is the failure that began the outage, not a later one.
    #expect(history.spans.map(\.code) == [nil, nil, .keepaliveTimeout, nil])
  }

  @Test func anAttemptOfABlockedTunnelBelongsToTheBlock() {
    var history = StateHistory()
    history.record(.connecting, at: 0, code: nil)
    history.record(.blocked, at: 1, code: .hostKeyChanged)
    history.record(.connecting, at: 301, code: .hostKeyChanged)
    history.record(.blocked, at: 302, code: .hostKeyChanged)
    #expect(history.spans.map(\.state) == [.down, .blocked])
    history.record(.connecting, at: 601, code: .hostKeyChanged)
    history.record(.backoff, at: 602, code: .connectTimeout)
    #expect(history.spans.map(\.state) == [.down, .blocked, .down])
    #expect(history.spans.last?.code == .connectTimeout)
  }

  @Test func theCauseOfAFirstFailureIsKept() {
    var history = StateHistory()
    history.record(.connecting, at: 0, code: nil)
    history.record(.backoff, at: 5, code: .dns)
    #expect(history.spans.map(\.code) == [.dns])
  }

  @Test func isBoundedAndDropsTheOldest() {
    var history = StateHistory()
    for index in 0..<1000 {
      history.record(index.isMultiple(of: 2) ? .up : .backoff, at: Int64(index), code: .peerClosed)
    }
    #expect(history.spans.count == StateHistory.capacity)
    #expect(history.spans.last?.since == 999)
    #expect(history.spans.first?.since == 744)
  }

  @Test func aClockThatIsSetBackCausesNoNegativeDuration() {
    var history = StateHistory()
    history.record(.up, at: 1000, code: nil)
    history.record(.backoff, at: 400, code: .peerClosed)
    #expect(history.spans.map(\.since) == [1000, 1000])
    #expect(history.spans.first?.until == 1000)
  }
}
