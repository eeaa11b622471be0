import Foundation
import Platform
import TestSupport
import Testing

@testable import Tunnel

/// Which owner a user id counts for at the port.
@Suite(.blocking) struct LocalUsersTests {
  private func users(_ folder: TemporaryFolder, subuid: String, accounts: Set<UInt32> = []) throws
    -> LocalUsers
  {
    try write(subuid, to: "\(folder.path)/subuid")
    try write("root:x:0:0::/:/bin/sh\nalice:x:1001:1001::/:/bin/sh\n", to: "\(folder.path)/passwd")
    return LocalUsers(
      subuid: "\(folder.path)/subuid", passwd: "\(folder.path)/passwd",
      accounts: KnownUsers { accounts.contains($0) })
  }

  private func write(_ text: String, to path: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test func idsOfContainersAreThoseOfTheirUser() throws {
    let folder = try TemporaryFolder()
    var users = try users(folder, subuid: "alice:100000:65536\nroot:1000000:65536\n1002:300000:10\n")
    for (uid, owner): (UInt32, ClientOwner) in [
      (0, .user(0)), (1001, .user(1001)), (65_534, .user(65_534)), (65_535, .user(65_535)),
      (100_000, .user(1001)), (165_535, .user(1001)), (300_009, .user(1002)),
      // No privilege of root for a container of root.
      (1_000_000, .containers), (165_536, .containers), (524_288, .containers), (.max, .containers),
    ] {
      #expect(users.owner(of: uid) == owner, "\(uid)")
    }
  }

  @Test func containersOfOneUserTogetherGetOneShare() throws {
    let folder = try TemporaryFolder()
    var users = try users(folder, subuid: "alice:100000:65536\n")
    let shares = PortShares(descriptors: 4096, ownUID: 0)
    var admissions: [PortShares.Admission] = []
    for uid in 100_000..<UInt32(102_000) {
      if let admission = shares.admit(users.owner(of: uid)) { admissions.append(admission) }
    }
    // All ids without an owner count as one further owner.
    for uid in 600_000..<UInt32(602_000) {
      if let admission = shares.admit(users.owner(of: uid)) { admissions.append(admission) }
    }
    #expect(shares.count(of: .user(1001)) == 448)
    #expect(admissions.count < 896)
    #expect(shares.admit(.user(1003)) != nil, "another user still gets in")
  }

  @Test func changedFilesAreReadAnew() throws {
    let folder = try TemporaryFolder()
    var users = try users(folder, subuid: "")
    #expect(users.owner(of: 100_000) == .containers)
    try write("alice:100000:65536\n", to: "\(folder.path)/subuid")
    #expect(users.owner(of: 100_000) == .user(1001))
    try write("root:x:0:0::/:/bin/sh\nalice:x:1005:1005::/:/bin/sh\n", to: "\(folder.path)/passwd")
    #expect(users.owner(of: 100_000) == .user(1005))
    try FileManager.default.removeItem(atPath: "\(folder.path)/subuid")
    #expect(users.owner(of: 100_000) == .containers)
  }

  @Test func largeFileIsNoRange() throws {
    let folder = try TemporaryFolder()
    var users = try users(
      folder, subuid: "alice:100000:65536\n" + String(repeating: "#\n", count: 1 << 20))
    #expect(users.owner(of: 100_000) == .containers)
  }

  /// Directories such as LDAP have accounts with high ids.
  @Test func accountOfADirectoryIsAnOwner() throws {
    let folder = try TemporaryFolder()
    var users = try users(folder, subuid: "", accounts: [1_200_000])
    #expect(eventually(within: .seconds(20)) { users.owner(of: 1_200_000) == .user(1_200_000) })
    #expect(users.owner(of: 1_200_001) == .containers)
    // Thousands of ids without an account do not displace it.
    for uid in 2_000_000..<UInt32(2_005_000) { #expect(users.owner(of: uid) == .containers) }
    #expect(users.owner(of: 1_200_000) == .user(1_200_000))
  }
}
