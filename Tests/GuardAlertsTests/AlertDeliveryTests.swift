import Foundation
import GuardAPI
import Platform
import Synchronization
import TestSupport
import Testing

@testable import GuardAlerts
@testable import GuardConfiguration
@testable import GuardJournal
@testable import GuardState
@testable import Health
@testable import IncidentTracking

@Suite(.blocking) struct AlertDeliveryTests {
  private let log = LogMemory()

  private var quick: DeliveryPolicy {
    var policy = DeliveryPolicy()
    policy.firstPause = .milliseconds(5)
    policy.longestPause = .milliseconds(20)
    policy.refusedPause = .milliseconds(20)
    policy.failsAfter = .zero
    return policy
  }

  private func delivery(
    _ channels: [(Configuration.AlertChannel, MemoryChannel)], folder: String? = nil,
    policy: DeliveryPolicy? = nil
  ) -> AlertDelivery {
    let byName = Dictionary(grouping: channels, by: \.0.name).mapValues { $0.map(\.1) }
    // Several channels of one name are several servers.
    var configurations: [Configuration.AlertChannel] = []
    for (configuration, _) in channels where !configurations.contains(configuration) {
      configurations.append(configuration)
    }
    return AlertDelivery(
      configurations, folder: folder.map { StateFolder(folder: $0) }, log: log, policy: policy ?? quick
    ) {
      byName[$0.name] ?? []
    }
  }

  @Test func channelsReceiveIncidentsByFilter() {
    let (all, critical, other, pods) = (MemoryChannel(), MemoryChannel(), MemoryChannel(), MemoryChannel())
    let delivery = delivery([
      (.named("all"), all), (.named("critical", .init(least: .critical)), critical),
      (.named("other", .init(clusters: ["dione"])), other), (.named("pods", .init(kinds: [.pods])), pods),
    ])
    delivery.send(.sample(.opened, .sample("a"), .sample("b", .warning)))
    delivery.send(
      .sample(
        .opened, .sample("g", cluster: "", subject: "configuration", problem: "guard/configuration/rejected"))
    )
    #expect(eventually { all.words.count == 3 && critical.words.count == 2 && other.words.count == 1 })
    #expect(critical.words == ["opened a/1", "opened g/1"])
    // Incidents of the guard itself belong to every cluster.
    #expect(other.words == ["opened g/1"])
    #expect(pods.words == [])
    delivery.stop(timeout: .seconds(1))
  }

  /// No alert without its end: also where the end has another severity than the beginning.
  @Test func channelsThatNotifiedTheStartNotifyTheEnd() {
    let channel = MemoryChannel()
    let delivery = delivery([(.named("critical", .init(least: .critical)), channel)])
    delivery.send(.sample(.opened, .sample("a")))
    #expect(eventually { channel.words.count == 1 })
    delivery.send(.sample(.ended, .sample("b", .warning, notices: 2)))
    delivery.send(.sample(.ended, .sample("a", .warning, notices: 2)))
    #expect(eventually { channel.words == ["opened a/1", "ended a/2"] })
    delivery.stop(timeout: .seconds(1))
  }

  @Test func hangingChannelDelaysNoOther() {
    let (hung, well) = (MemoryChannel(), MemoryChannel())
    hung.hangs = true
    let delivery = delivery([(.named("hung"), hung), (.named("well"), well)])
    let begin = ContinuousClock.now
    for index in 0..<50 { delivery.send(.sample(.opened, .sample("\(index)"))) }
    delivery.refresh(firing: [.sample("0")])
    _ = delivery.failures
    // The channel that hangs does so until the stop.
    #expect(ContinuousClock.now - begin < .seconds(20))
    #expect(eventually { well.words.count == 50 })
    #expect(hung.notices.isEmpty)
    let end = ContinuousClock.now
    delivery.stop(timeout: .seconds(2))
    #expect(ContinuousClock.now - end < .seconds(20))
  }

  @Test func deadServerWithTenThousandIncidents() throws {
    let folder = try TemporaryFolder()
    let (dead, well) = (MemoryChannel(countsFloods: false), MemoryChannel(countsFloods: false))
    dead.failure = .down
    let delivery = delivery([(.named("dead"), dead), (.named("well"), well)], folder: folder.path)
    let begin = threadSeconds()
    for index in 0..<10_000 { delivery.send(.sample(.opened, .sample("\(index)"))) }
    // Each of them changes once more, and some end.
    for index in 0..<10_000 {
      delivery.send(
        .sample(
          index % 4 == 0 ? .ended : .worsened,
          .sample("\(index)", notices: 2, endedAt: index % 4 == 0 ? moment : nil)))
    }
    // Twenty thousand in what is asked for ten thousand, of this thread's own time: a busy machine does not count.
    #expect(isInstrumented || threadSeconds() - begin < 60)
    let figures = try #require(delivery.figures.first)
    #expect(figures.waiting <= 10_000)
    #expect(figures.dropped == 0 && figures.waiting == 10_000)
    #expect(
      eventually {
        well.notices.flatMap(\.entries).contains { $0.incident.id == "9999" && $0.incident.notices == 2 }
      })
    #expect(eventually { delivery.failures.map(\.id) == ["guard/alerts/dead/failing"] })
    dead.failure = nil
    #expect(eventually(within: .seconds(60)) { dead.notices.reduce(0) { $0 + $1.entries.count } >= 10_000 })
    let delivered = dead.notices.flatMap(\.entries)
    #expect(delivered.count == 10_000)
    #expect(
      delivered.allSatisfy {
        $0.incident.notices == 2 && ($0.change == .ended) == ($0.incident.state == .ended)
      })
    #expect(dead.notices.allSatisfy { $0.entries.count <= 100 })
    #expect(eventually { delivery.failures.isEmpty })
    #expect(eventually { log.events == ["alert_failing", "alert_recovered"] })
    delivery.stop(timeout: .seconds(5))
  }

  @Test func floodBeyondTheLimitIsCountedAndReported() throws {
    var policy = quick
    policy.maxPending = 1000
    let dead = MemoryChannel()
    dead.failure = .down
    let delivery = delivery([(.named("dead"), dead)], policy: policy)
    for index in 0..<5000 { delivery.send(.sample(.opened, .sample("\(index)"))) }
    // An attempt that is under way while notices come in holds those that it took besides.
    #expect(eventually { delivery.figures.first.map { $0.waiting <= 1100 } == true })
    let figures = try #require(delivery.figures.first)
    #expect(figures.waiting <= 1100)
    #expect(figures.waiting + figures.dropped == 5000)
    dead.failure = nil
    #expect(eventually { delivery.figures.first?.waiting == 0 })
    #expect(eventually { log.events.last == "alert_recovered" })
    let dropped = log.all.filter { $0.event == .alertDropped }.compactMap {
      $0.extra[.dropped].flatMap { Int($0) }
    }
    #expect(dropped.reduce(0, +) == delivery.figures.first?.dropped)
    delivery.stop(timeout: .seconds(1))
  }

  @Test func restartLosesAndRepeatsNothing() throws {
    let folder = try TemporaryFolder()
    let first = MemoryChannel()
    var before: AlertDelivery? = delivery([(.named("a"), first)], folder: folder.path)
    before?.send(.sample(.opened, .sample("told")))
    #expect(eventually { first.words == ["opened told/1"] && before?.figures.first?.waiting == 0 })
    first.failure = .down
    before?.send(.sample(.opened, .sample("waits")))
    before?.send(.sample(.opened, .sample("over")))
    before?.stop(timeout: .seconds(1))
    // Between the stop and the end of the process.
    before?.send(.sample(.ended, .sample("over", notices: 2)))
    before = nil
    let second = MemoryChannel()
    let after = delivery([(.named("a", .init(least: .critical)), second)], folder: folder.path)
    #expect(eventually { second.words.sorted() == ["ended over/2", "opened waits/1"] })
    after.send(.sample(.ended, .sample("told", .warning, notices: 2)))
    #expect(eventually { second.words.last == "ended told/2" })
    after.stop(timeout: .seconds(1))
  }

  @Test func reloadKeepsPendingAlertsOfUnchangedAndChangedChannels() throws {
    let folder = try TemporaryFolder()
    let (a, b, gone) = (MemoryChannel(), MemoryChannel(), MemoryChannel())
    for channel in [a, b, gone] { channel.failure = .down }
    let renewed = MemoryChannel()
    let isReloaded = Atomic<Bool>(false)
    let delivery = AlertDelivery(
      [.named("a"), .named("b"), .named("gone")], folder: StateFolder(folder: folder.path), log: log,
      policy: quick
    ) { configuration in
      switch configuration.name {
      case "a": [a]
      case "b": isReloaded.load(ordering: .relaxed) ? [renewed] : [b]
      default: [gone]
      }
    }
    delivery.send(.sample(.opened, .sample("x"), .sample("y", .warning)))
    #expect(eventually { gone.attempts > 0 })
    isReloaded.store(true, ordering: .relaxed)
    delivery.reconfigure([.named("a"), .named("b", .init(least: .critical))])
    #expect(eventually { renewed.words == ["opened x/1"] })
    a.failure = nil
    #expect(eventually { a.words == ["opened x/1", "opened y/1"] })
    let attempts = gone.attempts
    delivery.send(.sample(.opened, .sample("z")))
    #expect(eventually { a.words.count == 3 })
    #expect(gone.attempts == attempts)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.file("alerts")).sorted() == [
        "a.spool", "b.spool",
      ])
    delivery.stop(timeout: .seconds(1))
    // Files of channels that only an earlier configuration named are deleted.
    let next = self.delivery([(.named("b"), MemoryChannel())], folder: folder.path)
    // Its temporary file may exist for a moment.
    #expect(
      eventually {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.file("alerts"))) == ["b.spool"]
      })
    next.stop(timeout: .seconds(1))
  }

  @Test func failingChannelIsReportedByTheOthersOnly() {
    let (bad, good) = (MemoryChannel(), MemoryChannel())
    bad.failure = .unauthorized
    let delivery = delivery([(.named("bad"), bad), (.named("good"), good)])
    delivery.send(.sample(.opened, .sample("a")))
    #expect(eventually { delivery.failures.count == 1 })
    let problem = delivery.failures[0]
    #expect(problem.kind == .alerts)
    #expect(problem.subject == "alerts bad")
    #expect(problem.step.note == "check the token")
    var incident = Incident(id: "loop", of: problem)
    incident.state = .firing
    delivery.send(.sample(.opened, incident))
    #expect(eventually { good.words.contains("opened loop/0") })
    bad.failure = nil
    #expect(eventually { bad.words == ["opened a/1"] && delivery.failures.isEmpty })
    #expect(eventually { log.events == ["alert_failing", "alert_recovered"] })
    delivery.stop(timeout: .seconds(1))
  }

  @Test func testIsSentFirstAndEndsAProblem() {
    let (channel, peer) = (MemoryChannel(), MemoryChannel())
    channel.failure = .malformed
    let delivery = delivery([(.named("a"), channel), (.named("a"), peer)])
    delivery.send(.sample(.opened, .sample("x")))
    #expect(eventually { delivery.failures.count == 1 })
    func outcome(_ name: String) -> AlertDelivery.TestOutcome? {
      let answer = Mutex<AlertDelivery.TestOutcome?>(nil)
      delivery.test(channel: name) { outcome in answer.withLock { $0 = outcome } }
      _ = eventually { answer.withLock { $0 } != nil }
      return answer.withLock { $0 }
    }
    #expect(outcome("nobody") == .unknownChannel)
    #expect(outcome("a") == .failed("HTTP 400", remedy: "check the address"))
    channel.failure = nil
    #expect(outcome("a") == .delivered("a accepted the test message"))
    #expect(delivery.failures.isEmpty)
    #expect(peer.notices.last?.entries.first?.incident.isTest == true)
    channel.hangs = true
    for _ in 0..<4 { delivery.test(channel: "a") { _ in } }
    #expect(outcome("a") == .busy)
    delivery.stop(timeout: .seconds(2))
  }

  @Test func eachServerOfAPairReceivesEverything() {
    let (first, second) = (MemoryChannel(renewsEvery: .seconds(60)), MemoryChannel(renewsEvery: .seconds(60)))
    second.failure = .down
    let delivery = delivery([(.named("pair"), first), (.named("pair"), second)])
    delivery.send(.sample(.opened, .sample("a")))
    delivery.refresh(firing: [.sample("a")])
    #expect(eventually { first.words == ["opened a/1"] && first.renewals.count == 1 })
    #expect(eventually { delivery.failures.map(\.subject) == ["alerts pair"] })
    #expect(delivery.figures.first?.isFailing == true)
    second.failure = nil
    #expect(eventually { second.words == ["opened a/1"] && second.renewals.map { $0.map(\.id) } == [["a"]] })
    #expect(eventually { delivery.figures.first?.delivered == 2 })
    delivery.stop(timeout: .seconds(1))
  }
}
