import Platform
import Testing

@testable import Tunnel

@Suite struct PlacementTests {
  private typealias Load = SessionLoad.Reading

  private func choose(_ loads: Load..., expectsBulk: Bool = false) -> Int? {
    Placement.choose(among: loads, expectsBulk: expectsBulk)
  }

  @Test func bulkMattersMoreThanTheNumberOfConnections() {
    #expect(choose(Load(clients: 1, bulk: 1), Load(clients: 9)) == 1)
    #expect(choose(Load(clients: 3), Load(clients: 2)) == 0)
    #expect(choose(Load(clients: Placement.clientStep), Load(clients: 2)) == 1)
  }

  @Test func possibleBulkIsSpreadEvenly() {
    #expect(choose(Load(clients: 1, recentClients: 1), Load()) == 1)
    #expect(choose(Load(clients: 1, recentClients: 1), Load(clients: 1, recentClients: 1)) == 0)
    #expect(choose(Load(bulk: 2), Load(bulk: 1, recentClients: 2)) == 0)
  }

  @Test func aSmallRequestAvoidsBulkButABurstUsesAllSessions() {
    #expect(choose(Load(bulk: 1), Load(recentClients: 3)) == 1)
    #expect(choose(Load(bulk: 1), Load(recentClients: Placement.recentClients)) == 0)
    #expect(choose(Load(bulk: 1), Load(recentClients: 2), expectsBulk: true) == 0)
  }

  /// Connections that start at once are placed before any is known as bulk, or after some are.
  @Test(arguments: [2, 3, 4, 8, 16], [0, 1, 2])
  func noSessionGetsMoreThanItsShareOfABurst(sessions: Int, known: Int) {
    var loads = [Load](repeating: Load(), count: sessions)
    // The first ones are placed while there is one session.
    loads[0] = Load(clients: 2, bulk: known, recentClients: 2 - known)
    for _ in 2..<4 * sessions {
      guard let index = Placement.choose(among: loads, expectsBulk: true) else {
        Issue.record("no session")
        return
      }
      loads[index].clients += 1
      loads[index].recentClients += 1
    }
    #expect(loads.allSatisfy { $0.clients == 4 })
  }

  @Test(arguments: [
    (2, [Load(recentClients: 2)], 2, 1), (6, [Load(bulk: 2)], 2, 1), (14, [Load(recentClients: 2)], 4, 3),
    (1, [Load(recentClients: 2)], 16, 1), (6, [Load(recentClients: 2), Load()], 2, 0),
    (6, [Load(recentClients: 2)], 1, 0),
    (6, [Load(isStuck: true)], 2, 2), (6, [Load(isStuck: true), Load(isStuck: true)], 1, 0),
  ])
  private func aBurstOpensTheSessionsThatItNeeds(_ waiting: Int, _ loads: [Load], _ limit: Int, _ wanted: Int)
  {
    #expect(Placement.sessionsWanted(by: waiting, loads, limit: limit) == wanted)
  }

  @Test func aStuckSessionGetsNoClients() {
    #expect(choose(Load(isStuck: true), Load(clients: 50, bulk: 4)) == 1)
    #expect(choose(Load(isStuck: true)) == nil)
    #expect(choose() == nil)
  }

  @Test(arguments: [
    ([Load(clients: 80)], 2, false), ([Load(clients: 1, bulk: 1)], 2, true),
    ([Load(bulk: 1), Load()], 2, false), ([Load(bulk: 1), Load(bulk: 1)], 2, true),
    ([Load(bulk: 1), Load(bulk: 1), Load(bulk: 1)], 2, false),
    ([Load(bulk: 1), Load(bulk: 1)], 3, true), ([Load(bulk: 1)], 1, false), ([Load(isStuck: true)], 1, true),
    ([Load(isStuck: true), Load(isStuck: true)], 1, false),
  ])
  private func oneSessionIsKeptFreeOfBulk(_ loads: [Load], _ limit: Int, _ isWanted: Bool) {
    #expect(Placement.wantsAnother(loads, limit: limit) == isWanted)
  }

  @Test func newcomersEndOrGrowOld() {
    let start = MonotonicTime.now
    var recentClients = RecentClients()
    recentClients.add(1, start)
    recentClients.add(2, start + .milliseconds(500))
    recentClients.add(3, start + .milliseconds(500))
    recentClients.remove(3)
    #expect(recentClients.count(start + .milliseconds(600)) == 2)
    #expect(recentClients.count(start + .milliseconds(1100)) == 1)
    #expect(recentClients.count(start + .milliseconds(1600)) == 0)
  }

  @Test func aMegabyteAtOnceIsBulkAndFades() {
    let start = MonotonicTime.now
    var meter = BulkMeter(now: start)
    #expect(!meter.isBulk(now: start))
    meter.add(100_000, now: start)
    #expect(!meter.isBulk(now: start))
    meter.add(2 << 20, now: start)
    #expect(meter.isBulk(now: start))
    #expect(!meter.isBulk(now: start + .seconds(2)))
  }

  @Test func aSteadyCopyOverASlowPathIsBulk() {
    var now = MonotonicTime.now
    var meter = BulkMeter(now: now)
    for _ in 0..<100 {
      now += .milliseconds(100)
      meter.add(100_000, now: now)
    }
    #expect(meter.isBulk(now: now))
  }
}
