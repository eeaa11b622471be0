import Testing

@testable import Tunnel

@Suite struct PlacementTests {
  private typealias Load = Placement.Load

  @Test func bulkIsAvoidedBeforeConnectionsAreCounted() {
    #expect(Placement.choose(among: [Load(clients: 1, bulk: 1), Load(clients: 9)]) == 1)
    #expect(Placement.choose(among: [Load(clients: 3), Load(clients: 2)]) == 0)
    #expect(Placement.choose(among: [Load(clients: Placement.crowd), Load(clients: 2)]) == 1)
  }

  @Test func aStuckSessionGetsNobody() {
    #expect(Placement.choose(among: [Load(isStuck: true), Load(clients: 50, bulk: 4)]) == 1)
    #expect(Placement.choose(among: [Load(isStuck: true)]) == nil)
    #expect(Placement.choose(among: []) == nil)
  }

  @Test(arguments: [
    ([Load(clients: 80)], 2, false), ([Load(clients: 1, bulk: 1)], 2, true),
    ([Load(bulk: 1), Load()], 2, false), ([Load(bulk: 1), Load(bulk: 1)], 2, false),
    ([Load(bulk: 1), Load(bulk: 1)], 3, true), ([Load(bulk: 1)], 1, false), ([Load(isStuck: true)], 1, true),
    ([Load(isStuck: true), Load(isStuck: true)], 1, false),
  ])
  private func oneSessionIsKeptFreeOfBulk(_ loads: [Load], _ limit: Int, _ isWanted: Bool) {
    #expect(Placement.wantsAnother(loads, limit: limit) == isWanted)
  }

  @Test func aMegabyteAtOnceIsBulkAndFades() {
    let start = SuspendingClock.now
    var meter = BulkMeter(now: start)
    #expect(!meter.isBulk(now: start))
    meter.add(100_000, now: start)
    #expect(!meter.isBulk(now: start))
    meter.add(2 << 20, now: start)
    #expect(meter.isBulk(now: start))
    #expect(!meter.isBulk(now: start + .seconds(2)))
  }

  @Test func aSteadyCopyOverASlowPathIsBulk() {
    var now = SuspendingClock.now
    var meter = BulkMeter(now: now)
    for _ in 0..<100 {
      now += .milliseconds(100)
      meter.add(100_000, now: now)
    }
    #expect(meter.isBulk(now: now))
  }
}
