import Platform
import Testing

@testable import GuardWeb

@Suite struct ConnectionTableTests {
  private func socket() throws -> Socket {
    let (one, other) = try StreamSocket.pair()
    _ = Socket(Descriptor(owning: other))
    return Socket(Descriptor(owning: one))
  }

  @Test func idleConnectionsMakeRoomForNewOnes() throws {
    var table = ConnectionTable(limit: 3)
    let sockets = try (0..<5).map { _ in try socket() }
    let numbers = sockets.prefix(3).map { table.add($0)?.number ?? 0 }
    #expect(numbers == [1, 2, 3])
    let isServed = table.markRequest(1)
    let fourth = table.add(sockets[3])
    let isDisplacedServed = table.markRequest(2)
    let fifth = table.add(sockets[4])
    #expect(isServed && !isDisplacedServed && table.count == 3)
    #expect(fourth?.displaced?.raw == sockets[1].raw)
    #expect(fifth?.displaced?.raw == sockets[2].raw)
  }

  @Test func requestsInProgressAreNotDisplaced() throws {
    var table = ConnectionTable(limit: 2)
    for _ in 0..<2 {
      let added = table.add(try socket())
      let isServed = table.markRequest(try #require(added).number)
      #expect(isServed)
    }
    let third = table.add(try socket())
    table.remove(1)
    let fourth = table.add(try socket())
    #expect(third == nil && fourth != nil)
  }
}
