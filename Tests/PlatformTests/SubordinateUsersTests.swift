import Testing

@testable import Platform

/// The ranges of subuid(5), and invalid lines.
@Suite struct SubordinateUsersTests {
  private static let passwd = """
    root:x:0:0:root:/root:/bin/bash
    alice:x:1001:1001::/home/alice:/bin/sh
    1002:x:1009:1009::/home/odd:/bin/sh
    alice:x:1099:1099::/home/second:/bin/sh
    broken
    """

  @Test(
    arguments: [
      ("alice:100000:65536", 100_000, 1001), ("alice:100000:65536", 165_535, 1001),
      ("alice:100000:65536", 165_536, nil), ("alice:100000:65536", 99_999, nil),
      // By number, also without an account. A name that looks like a number is a name first.
      ("1003:100000:65536", 100_001, 1003), ("1002:100000:65536", 100_001, 1009),
      ("root:1000000:1000000000", 1_500_000, 0),
      // The first range counts.
      ("alice:100000:10\nroot:100000:65536", 100_009, 1001),
      ("alice:100000:10\nroot:100000:65536", 100_010, 0),
      ("\n\nalice:100000:65536\n", 100_000, 1001),
      // Not above the largest id, and no overflow.
      ("alice:4294967290:65536", 4_294_967_294, 1001), ("alice:4294967295:4294967295", 4_294_967_295, 1001),
      // Ids of accounts stay those of the account.
      ("root:1000:1", 1000, nil), ("alice:0:4294967295", 65_535, nil), ("alice:0:4294967295", 65_536, 1001),
      // Other forms are no ranges.
      ("alice:100000", 100_000, nil), ("alice:100000:65536:x", 100_000, nil), (":100000:65536", 100_000, nil),
      ("alice:-1:65536", 100_000, nil), ("alice:100000:-1", 100_000, nil), ("alice:100000:0", 100_000, nil),
      ("alice: 100000:65536", 100_000, nil), ("#alice:100000:65536", 100_000, nil),
      ("alice:0x186a0:65536", 100_000, nil), ("alice:99999999999:65536", 100_000, nil),
      ("nobody-here:100000:65536", 100_000, nil), ("", 100_000, nil),
    ] as [(String, UInt32, UInt32?)])
  func rangeBelongsToItsOwner(subuid: String, uid: UInt32, owner: UInt32?) {
    #expect(SubordinateUsers(subuid: subuid, passwd: Self.passwd).owner(of: uid) == owner)
  }

  @Test func numberOfRangesIsLimited() {
    let lines = (0..<SubordinateUsers.rangeLimit + 10).map { "alice:\(100_000 + $0):1" }.joined(
      separator: "\n")
    let users = SubordinateUsers(subuid: lines, passwd: Self.passwd)
    #expect(users.owner(of: 100_000 + UInt32(SubordinateUsers.rangeLimit) - 1) == 1001)
    #expect(users.owner(of: 100_000 + UInt32(SubordinateUsers.rangeLimit)) == nil)
  }
}
