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
    #expect(choose(Load(clients: Placement.crowd), Load(clients: 2)) == 1)
  }

  @Test func possibleBulkIsSpreadEvenly() {
    #expect(choose(Load(clients: 1), Load(), expectsBulk: true) == 1)
    #expect(choose(Load(clients: 1), Load(clients: 1), expectsBulk: true) == 0)
  }

  @Test func aStuckSessionGetsNoClients() {
    #expect(choose(Load(isStuck: true), Load(clients: 50, bulk: 4)) == 1)
    #expect(choose(Load(isStuck: true)) == nil)
    #expect(choose() == nil)
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
