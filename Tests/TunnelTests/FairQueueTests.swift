import Platform
import Testing

@testable import Tunnel

@Suite struct FairQueueTests {
  private struct Waiting: Owned, Hashable, Sendable {
    let owner: ClientOwner
    let number: Int
  }

  private static let (alice, bob, guest) = (
    ClientOwner.user(1001), ClientOwner.user(1002), ClientOwner.host("192.0.2.7")
  )

  private static func queue(_ owners: ClientOwner...) -> FairQueue<Waiting> {
    var queue = FairQueue<Waiting>()
    for (number, owner) in owners.enumerated() { queue.append(Waiting(owner: owner, number: number)) }
    return queue
  }

  private static func order(_ queue: FairQueue<Waiting>) -> [Int] {
    var queue = queue
    return queue.drain().map(\.number)
  }

  @Test(arguments: [
    (queue(), []),
    (queue(alice, alice, alice), [0, 1, 2]),
    (queue(alice, alice, .own, alice, .own), [2, 4, 0, 1, 3]),
    (queue(alice, alice, alice, bob), [0, 3, 1, 2]),
    (queue(alice, alice, bob, guest, .unknown, guest, .own), [6, 0, 2, 3, 4, 1, 5]),
  ])
  private func eachOwnerHasATurn(_ queue: FairQueue<Waiting>, _ order: [Int]) {
    #expect(Self.order(queue) == order)
    #expect(queue.count == order.count)
  }

  @Test func aRequeuedElementIsFirstOfItsOwner() {
    var queue = Self.queue(Self.alice, Self.alice, Self.bob, Self.bob)
    let given = [queue.popFirst(), queue.popFirst()].compactMap(\.self)
    #expect(given.map(\.number) == [0, 2])
    queue.requeue(given)
    #expect(queue.count == 4)
    #expect(Self.order(queue).filter { $0 < 2 } == [0, 1])
    #expect(Self.order(queue).filter { $0 > 1 } == [2, 3])
    var empty = FairQueue<Waiting>()
    empty.requeue(given)
    #expect(Self.order(empty) == [0, 2])
  }

  @Test func aRemovedElementHasNoTurn() {
    var queue = Self.queue(Self.alice, Self.bob, .own, Self.bob, Self.guest)
    let taken = queue.remove { $0.owner == Self.bob || $0.owner == .own }
    #expect(Set(taken.map(\.number)) == [1, 2, 3])
    #expect(queue.count == 2)
    #expect(queue.least(\.number) == 0)
    #expect(Self.order(queue) == [0, 4])
    _ = queue.drain()
    #expect(queue.isEmpty)
    #expect(queue.least(\.number) == nil)
  }

  /// Each open takes 20 ms, one at a time. One user has 6,000 waiting connections, and 40 other users have a few each.
  @Test func noOwnerWaitsForTheManyConnectionsOfAnother() {
    struct Open: Owned {
      let owner: ClientOwner
      let since: Duration
    }
    let step = Duration.milliseconds(20)
    var queue = FairQueue<Open>()
    for _ in 0..<6000 { queue.append(Open(owner: Self.alice, since: .zero)) }
    var now = Duration.zero
    var longest: [ClientOwner: Duration] = [:]
    for round in 0..<15_000 {
      // The guard sends 8 requests every 15 s, the operator one per second, and guests send requests all the time.
      if round % 750 == 0 { for _ in 0..<8 { queue.append(Open(owner: .own, since: now)) } }
      if round % 50 == 0 { queue.append(Open(owner: Self.bob, since: now)) }
      if round % 1500 < 40 { queue.append(Open(owner: .user(UInt32(2000 + round % 1500)), since: now)) }
      queue.append(Open(owner: Self.alice, since: now))
      guard let open = queue.popFirst() else { continue }
      now += step
      longest[open.owner] = max(longest[open.owner] ?? .zero, now - open.since)
    }
    #expect((longest[.own] ?? .seconds(900)) <= step * 8)
    #expect((longest[Self.bob] ?? .seconds(900)) < .seconds(1))
    #expect((0..<40).allSatisfy { (longest[.user(2000 + $0)] ?? .seconds(900)) < .seconds(1) })
  }

  @Test func aRefusalThatNobodyWaitsForIsNotReported() {
    var limitedOwners = LimitedOwners()
    let isReported = limitedOwners.refuse(.departed, open: 448, now: .now)
    #expect(!isReported)
    #expect(limitedOwners.list.isEmpty && limitedOwners.due == nil)
  }

  @Test func aLimitedOwnerIsReportedOnceAndRemovedAfterAMinute() {
    var limitedOwners = LimitedOwners()
    var now = MonotonicTime.now
    #expect(limitedOwners.due == nil)
    let isFirst = limitedOwners.refuse(Self.alice, open: 448, now: now)
    #expect(isFirst)
    for _ in 0..<100 {
      now += .seconds(30)
      let (isNews, isOver) = (
        limitedOwners.refuse(Self.alice, open: 448, now: now), limitedOwners.expire(now)
      )
      #expect(!isNews && !isOver)
    }
    #expect(limitedOwners.list == [.init(owner: Self.alice, openConnections: 448)])
    #expect(limitedOwners.due == now + LimitedOwners.memory)
    now += LimitedOwners.memory
    let isForgotten = limitedOwners.expire(now)
    #expect(isForgotten)
    #expect(limitedOwners.list.isEmpty)
  }

  @Test func theNumberOfLimitedOwnersIsBounded() {
    var limitedOwners = LimitedOwners()
    let now = MonotonicTime.now
    for number in 0..<5000 { _ = limitedOwners.refuse(.host("192.0.2.\(number)"), open: number, now: now) }
    #expect(limitedOwners.list.count == 16)
    #expect(limitedOwners.list.first?.openConnections == 15)
  }
}
