import Testing

@testable import Platform

@Suite struct ConnectionSharesTests {
  private typealias Shares = ConnectionShares<UInt32>

  /// Number of the `wanted` connections that another owner gets.
  private static func fill(_ shares: inout Shares, _ owner: UInt32, _ wanted: Int, privileged: Bool = false)
    -> Int
  {
    (0..<wanted).count { _ in shares.admit(owner, isPrivileged: privileged) }
  }

  @Test func oneOwnerLeavesHalfToOthers() {
    var shares = Shares(perOwner: 500, total: 600)
    #expect(Self.fill(&shares, 1, 6000) == 300)
    #expect(Self.fill(&shares, 2, 6000) == 150)
    #expect(Self.fill(&shares, 3, 200) == 75)
  }

  @Test func concurrentOwnersGetEqualShares() {
    var shares = Shares(perOwner: 500, total: 600)
    for _ in 0..<6000 {
      for owner in 1...3 as ClosedRange<UInt32> { _ = shares.admit(owner, isPrivileged: false) }
    }
    #expect((1...3).map { shares.count(of: $0) } == [150, 150, 150])
  }

  @Test func aLaterOwnerGetsItsMinimum() {
    var shares = Shares(perOwner: 448, total: 896, least: 16)
    for owner in 1...6 as ClosedRange<UInt32> { #expect(Self.fill(&shares, owner, 6000) >= 16) }
    #expect(shares.all <= 896)
  }

  @Test func privilegedOwnersAreAdmittedAtTheTotalLimit() {
    var shares = Shares(perOwner: 32, total: 64, least: 16)
    for owner in 1...100 as ClosedRange<UInt32> { _ = Self.fill(&shares, owner, 100) }
    #expect(shares.all == 64)
    #expect(Self.fill(&shares, 1000, 1) == 0)
    #expect(Self.fill(&shares, 0, 100, privileged: true) == 32)
  }

  @Test func closedConnectionsFreeTheirShare() {
    var shares = Shares(perOwner: 4, total: 8, least: 2)
    #expect(Self.fill(&shares, 1, 10) == 4)
    for _ in 0..<10_000 {
      shares.release(1)
      #expect(Self.fill(&shares, 1, 1) == 1)
    }
    for _ in 0..<4 { shares.release(1) }
    #expect(shares.all == 0)
    #expect(shares.count(of: 1) == 0)
  }
}
