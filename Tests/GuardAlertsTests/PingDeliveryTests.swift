import IncidentTracking
import Synchronization
import TestSupport
import Testing

@testable import GuardAlerts
@testable import GuardConfiguration
@testable import Health

/// A ping is sent only while no problem exists.
@Suite(.blocking) struct PingDeliveryTests {
  private func delivery(_ ping: MemoryChannel) -> AlertDelivery {
    AlertDelivery([.named("ping", .init(clusters: ["tethys"]))], folder: nil, log: LogMemory()) { _ in [ping]
    }
  }

  private func test(_ delivery: AlertDelivery) -> AlertDelivery.TestOutcome? {
    let answer = Mutex<AlertDelivery.TestOutcome?>(nil)
    delivery.test(channel: "ping") { outcome in answer.withLock { $0 = outcome } }
    _ = eventually { answer.withLock { $0 } != nil }
    return answer.withLock { $0 }
  }

  /// A test of a ping must not reach its server while there is a problem.
  @Test func pingTestReportsTheCurrentState() throws {
    let ping = MemoryChannel(renewsEvery: .seconds(3600), hearsNotices: false)
    let delivery = delivery(ping)
    guard case .failed(let message, let remedy) = test(delivery) else {
      Issue.record("it said something before anything was known")
      return
    }
    #expect(message.contains("not known yet") && remedy == "oceanid-ctl status")
    delivery.refresh(firing: [.sample("a")])
    #expect(eventually { ping.renewals.count == 1 })
    #expect(test(delivery) == .delivered("ping accepted the test message"))
    #expect(ping.renewals.map { $0.map(\.id) } == [["a"], ["a"]])
    #expect(ping.notices.isEmpty)
    #expect(eventually { delivery.figures.first?.delivered == 1 })
    delivery.stop(timeout: .seconds(1))
  }

  @Test func noPingBeforeEveryOfItsClustersIsKnown() throws {
    let ping = MemoryChannel(renewsEvery: .seconds(3600), hearsNotices: false)
    let delivery = delivery(ping)
    delivery.refresh(firing: [], unknown: ["tethys"])
    let critical = Problem(
      .access(.tunnelDown), id: "tethys/tunnel/down", severity: .critical, cluster: "tethys",
      subject: "tunnel tethys", title: "",
      detail: "", since: moment, step: NextStep())
    delivery.refresh(firing: [], critical: [critical])
    guard case .failed = test(delivery) else {
      Issue.record("it says that all is well")
      return
    }
    #expect(ping.attempts == 0)
    // Another's trouble is not its own.
    delivery.refresh(firing: [], unknown: ["dione"])
    #expect(eventually { ping.renewals == [[]] })
    delivery.stop(timeout: .seconds(1))
  }
}
