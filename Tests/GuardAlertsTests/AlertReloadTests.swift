import Foundation
import GuardAPI
import IncidentTracking
import Platform
import TestSupport
import Testing

@testable import GuardAlerts
@testable import GuardConfiguration
@testable import GuardJournal
@testable import GuardState
@testable import Health

/// Channels that come, change and go, and a guard that ends in between.
@Suite(.blocking) struct AlertReloadTests {
  private let log = LogMemory()
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// - Parameter channels: what stands behind each name at the moment.
  private func delivery(
    _ configurations: [Configuration.AlertChannel], _ channels: [String: MemoryChannel]
  ) -> AlertDelivery {
    var policy = DeliveryPolicy()
    policy.firstPause = .milliseconds(5)
    policy.longestPause = .milliseconds(20)
    policy.failsAfter = .zero
    return AlertDelivery(configurations, folder: StateFolder(folder: folder.path), log: log, policy: policy) {
      channels[$0.name].map { [$0] } ?? []
    }
  }

  private var dropped: [String] {
    log.all.filter { $0.event == .alertDropped }.map {
      "\($0.subject ?? "") \($0.extra[.dropped] ?? "")"
    }
  }

  @Test func addedChannelReceivesFiringIncidentsAndTheirEnd() {
    let (old, new, pods) = (MemoryChannel(), MemoryChannel(), MemoryChannel())
    let delivery = delivery([.named("old")], ["old": old, "new": new, "pods": pods])
    delivery.send(.sample(.opened, .sample("a"), .sample("b", .warning)))
    delivery.refresh(firing: [.sample("a"), .sample("b", .warning)])
    #expect(eventually { old.words.count == 2 })
    delivery.reconfigure([.named("old"), .named("new"), .named("pods", .init(kinds: [.pods]))])
    #expect(eventually { new.notices.map(\.words) == [["opened a/1", "opened b/1"]] })
    // A refresh without changes sends nothing.
    delivery.refresh(firing: [.sample("a"), .sample("b", .warning)])
    delivery.send(.sample(.ended, .sample("a", notices: 2, endedAt: moment)))
    #expect(eventually { new.words.last == "ended a/2" && old.words.last == "ended a/2" })
    #expect(new.words.count == 3 && old.words.count == 3 && pods.words == [])
    delivery.stop(timeout: .seconds(1))
  }

  @Test func pendingAlertsOfARemovedChannelAreCountedAndLogged() throws {
    let (gone, stays) = (MemoryChannel(), MemoryChannel())
    gone.failure = .down
    let first = delivery([.named("gone"), .named("stays")], ["gone": gone, "stays": stays])
    first.send(.sample(.opened, .sample("a"), .sample("b")))
    #expect(eventually { gone.attempts > 0 && stays.words.count == 2 })
    first.reconfigure([.named("stays")])
    #expect(dropped == ["alerts gone 2"])
    first.stop(timeout: .seconds(1))
    // The same if the channel was removed while the guard was off.
    stays.failure = .down
    let second = delivery([.named("stays")], ["stays": stays])
    second.send(.sample(.opened, .sample("c")))
    second.stop(timeout: .seconds(1))
    let third = delivery([], [:])
    #expect(dropped == ["alerts gone 2", "alerts stays 1"])
    third.stop(timeout: .seconds(1))
  }

  @Test func filterChangedWhileStoppedIsApplied() {
    let dead = MemoryChannel()
    dead.failure = .down
    let before = delivery([.named("a")], ["a": dead])
    before.send(.sample(.opened, .sample("x"), .sample("y", .warning)))
    before.stop(timeout: .seconds(1))
    let well = MemoryChannel()
    let after = delivery([.named("a", .init(least: .critical))], ["a": well])
    #expect(eventually { well.words == ["opened x/1"] })
    #expect(dropped == ["alerts a 1"])
    #expect(after.figures.first?.dropped == 1)
    after.stop(timeout: .seconds(1))
  }

  @Test func failingChannelStaysAProblemOverRestartAndReload() {
    let dead = MemoryChannel()
    dead.failure = .unauthorized
    let before = delivery([.named("a")], ["a": dead])
    before.send(.sample(.opened, .sample("x")))
    #expect(eventually { before.failures.count == 1 })
    let problem = before.failures
    before.stop(timeout: .seconds(1))
    dead.hangs = true
    // The failure is reported from the start, because no delivery has succeeded since.
    let after = delivery([.named("a")], ["a": dead])
    #expect(after.failures == problem)
    after.reconfigure([.named("a", .init(least: .critical))])
    #expect(after.failures == problem)
    dead.failure = nil
    dead.hangs = false
    #expect(eventually { after.failures.isEmpty && dead.words == ["opened x/1"] })
    #expect(eventually { log.events == ["alert_failing", "alert_recovered"] })
    after.stop(timeout: .seconds(1))
    let last = delivery([.named("a")], ["a": dead])
    #expect(last.failures.isEmpty)
    last.stop(timeout: .seconds(1))
  }
}
