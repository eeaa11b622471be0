import FoundationEssentials
import Glibc
import GuardAPI
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardRun
@testable import GuardTerminal
@testable import Platform

@Suite struct FileTrustTests {
  private let folder: TestSupport.TemporaryFolder
  private let file: String

  init() throws {
    folder = try TestSupport.TemporaryFolder()
    mkdir(folder.file("kube"), 0o700)
    file = try folder.write("apiVersion: v1", to: "kube/config")
  }

  private func flaw(_ path: String, reader: UInt32 = geteuid()) -> FileTrust.Flaw? {
    FileTrust(reader: reader).flaw(of: path)
  }

  @Test func readersFileInReadersFolderIsTrusted() {
    #expect(flaw(file) == nil)
    #expect(flaw(folder.file("kube/./../kube//config")) == nil)
    #expect(flaw("/etc/passwd") == nil)
  }

  @Test(arguments: [0o666, 0o622, 0o646]) func fileWritableByOthersIsNotTrusted(_ mode: mode_t) {
    chmod(file, mode)
    #expect(flaw(file) == .writable(path: file, mode: mode))
  }

  @Test func folderWritableByOthersIsNotTrusted() {
    chmod(folder.file("kube"), 0o777)
    #expect(flaw(file) == .writable(path: folder.file("kube"), mode: 0o777))
    // With the sticky bit, as in /tmp, only the owner of an entry can replace it.
    chmod(folder.file("kube"), 0o1777)
    #expect(flaw(file) == nil)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
  func fileOfAnotherUserIsNotTrusted() {
    chown(file, 4242, 4242)
    #expect(flaw(file) == .foreignOwner(path: file, uid: 4242))
    #expect(flaw(file, reader: 4242) == nil)
    chown(file, 0, 0)
    chown(folder.file("kube"), 4242, 4242)
    #expect(flaw(file) == .foreignOwner(path: folder.file("kube"), uid: 4242))
    // A folder with an unknown group is not a user's private one.
    chown(folder.file("kube"), 0, 4242)
    chmod(folder.file("kube"), 0o775)
    #expect(flaw(file) == .writable(path: folder.file("kube"), mode: 0o775))
    #expect(flaw(file, reader: 4243) == .writable(path: folder.file("kube"), mode: 0o775))
  }

  /// A user whose primary group it is has the group's rights, and is not in its list of members.
  @Test func fileOfAGroupIsTrustedOnlyIfNobodyElseHasTheGroup() {
    let (uid, gid) = (geteuid(), getegid())
    chmod(file, 0o664)
    func flaw(others users: [AccountList.User] = [], _ groups: [AccountList.Group]) -> FileTrust.Flaw? {
      let own = AccountList.User("ann", uid: uid, gid: gid)
      let list = AccountList(users: [own] + users, groups: groups)
      return FileTrust(reader: uid, accounts: { list }).flaw(of: file)
    }
    let writable = FileTrust.Flaw.writable(path: file, mode: 0o664)
    let group = AccountList.Group(gid: gid)
    #expect(flaw([group]) == nil)
    #expect(flaw([.init(gid: gid, members: ["ann"])]) == nil)
    #expect(
      flaw(others: [.init("carl", uid: 4242, gid: 4242)], [group, .init(gid: 4242, members: ["carl"])]) == nil
    )
    #expect(flaw(others: [.init("alias", uid: uid, gid: gid)], [.init(gid: gid, members: ["alias"])]) == nil)
    #expect(flaw(others: [.init("bob", uid: 4242, gid: gid)], [group]) == writable)
    #expect(flaw([.init(gid: gid, members: ["bob"])]) == writable)
    #expect(flaw([group, .init(gid: gid, members: ["ann", "bob"])]) == writable)
    #expect(flaw([]) == writable)
    let unlisted = AccountList(users: [], groups: [group])
    #expect(FileTrust(reader: uid, accounts: { unlisted }).flaw(of: file) == writable)
    // sssd does not list its accounts.
    let service = AccountList(
      users: [], groups: [],
      unlisted: ({ $0 == uid ? .init("ann", uid: uid, gid: gid) : nil }, { .init(gid: $0, members: ["ann"]) })
    )
    #expect(FileTrust(reader: uid, accounts: { service }).flaw(of: file) == nil)
    chmod(file, 0o644)
    chmod(folder.file("kube"), 0o775)
    #expect(flaw([group]) == nil)
    #expect(
      flaw(others: [.init("bob", uid: 4242, gid: gid)], [group])
        == .writable(path: folder.file("kube"), mode: 0o775))
  }

  @Test func accountsOfThisMachineAreRead() {
    let list = AccountList.ofThisMachine()
    #expect(list.isGroup(getegid(), onlyOf: geteuid()))
    #expect(!list.isGroup(getegid(), onlyOf: 4242))
  }

  /// The group bits in the mode of a file with an access list are the list's mask.
  @Test func fileWritableByAccessListIsNotTrusted() throws {
    // Swift's Glibc has no <sys/xattr.h>.
    typealias Set =
      @convention(c) (
        UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer, Int, CInt
      ) -> CInt
    let set = unsafeBitCast(try #require(dlsym(nil, "setxattr")), to: Set.self)
    /// An access list in the format of acl(5): user::rw-, user:4242:PERMISSIONS, group::---, mask::PERMISSIONS,
    /// other::---.
    func list(_ path: String, _ permissions: UInt8) throws {
      let entries: [(UInt8, UInt8, UInt32)] = [
        (1, 7, .max), (2, permissions, 4242), (4, 0, .max), (0x10, permissions, .max), (0x20, 0, .max),
      ]
      var bytes: [UInt8] = [2, 0, 0, 0]
      for (tag, allowed, user) in entries {
        bytes += [tag, 0, allowed, 0] + (0..<4).map { UInt8(truncatingIfNeeded: user >> (8 * $0)) }
      }
      try #require(set(path, "system.posix_acl_access", bytes, bytes.count, 0) == 0 || errno == ENOTSUP)
    }
    try list(file, 4)
    #expect(flaw(file) == nil)
    try list(file, 6)
    // This check only makes sense on a file system with access lists.
    guard AccessList.exists(on: file) else { return }
    #expect(flaw(file) == .listed(path: file))
    try list(file, 4)
    try list(folder.file("kube"), 7)
    #expect(flaw(file) != nil)
  }

  /// The link's owner could change its target.
  @Test(.enabled(if: geteuid() == 0, "only root can give a link away"))
  func linkOfAnotherUserIsNotTrusted() {
    let link = folder.file("link")
    symlink(file, link)
    #expect(flaw(link) == nil)
    lchown(link, 4242, 4242)
    #expect(flaw(link) == .foreignOwner(path: link, uid: 4242))
  }

  @Test func targetOfALinkIsChecked() {
    symlink("kube", folder.file("relative"))
    symlink("../kube/config", folder.file("kube/up"))
    symlink("loop", folder.file("loop"))
    #expect(flaw(folder.file("relative/config")) == nil)
    #expect(flaw(folder.file("relative/up")) == nil)
    #expect(flaw(folder.file("loop")) == .tooManyLinks)
    chmod(file, 0o666)
    #expect(flaw(folder.file("relative/up")) == .writable(path: file, mode: 0o666))
  }

  @Test func onlyRegularFilesAreAccepted() {
    mkfifo(folder.file("fifo"), 0o600)
    #expect(flaw(folder.file("fifo")) == .notAFile)
    #expect(flaw(folder.path) == .notAFile)
    #expect(flaw("/") == .notAFile)
    #expect(flaw("kube/config") == .notAbsolute)
    #expect(flaw("") == .notAbsolute)
    #expect(flaw(file + "/x") == .unseen(ENOTDIR))
    #expect(flaw(folder.file("none/config")) == .unseen(ENOENT))
  }

  /// The sticky bit protects entries that exist. Whoever creates a missing one owns it.
  @Test func missingFileInAStickyFolderIsNotTrusted() throws {
    let shared = folder.file("kube")
    chmod(shared, 0o1777)
    let flawed = FileTrust.Flaw.writable(path: shared, mode: 0o1777)
    #expect(flaw("\(shared)/later") == flawed)
    #expect(flaw("\(shared)/later/config") == flawed)
    #expect(flaw("\(shared)/./later") == flawed)
    symlink("kube/later", folder.file("dangling"))
    #expect(flaw(folder.file("dangling")) == flawed)
    mkdir("\(shared)/own", 0o700)
    #expect(flaw("\(shared)/own/later") == .unseen(ENOENT))
    #expect(flaw("\(shared)/../later") == .unseen(ENOENT))
    // A list with such a file is refused, even if another file of the list can be read.
    let good = try folder.write("", to: "good")
    #expect(complaint("\(good):\(shared)/later")?.exitStatus == 77)
    #expect(complaint("\(shared)/own/later:\(good)") == nil)
    // No other user can create a file in a sticky folder that only its owner can write to.
    chmod(shared, 0o1755)
    #expect(flaw("\(shared)/later") == .unseen(ENOENT))
  }

  private func complaint(_ kubeconfig: String) -> UnusableKubeconfig? {
    var status = Scene.healthy.status
    status.clusters[0].kubeconfig = kubeconfig
    do throws(UnusableKubeconfig) {
      _ = try ClusterKubeconfig.path(of: status, named: nil)
      return nil
    } catch {
      return error
    }
  }

  @Test func kubeconfigWritableByOthersIsDeniedEvenInAList() throws {
    let good = try folder.write("", to: "good")
    #expect(complaint("\(good):\(file)") == nil)
    chmod(file, 0o666)
    let found = try #require(complaint("\(good):\(file)"))
    #expect(found == .untrusted(file, .writable(path: file, mode: 0o666)))
    #expect(found.exitStatus == 77)
    #expect("\(found)".contains("can be changed by other users: \(file) has mode 0666"))
    // A missing file is used as soon as it is created.
    chmod(folder.file("kube"), 0o777)
    #expect(complaint("\(good):\(folder.file("kube/later"))")?.exitStatus == 77)
    #expect(complaint("config")?.exitStatus == 77)
  }
}

@Suite struct TrustedUsersTests {
  @Test func rootCallerAndServiceUserAreTrusted() {
    let users = TrustedUsers(caller: 1000, service: 998)
    #expect([0, 1000, 998, 1001].map(users.includes) == [true, true, true, false])
    // Root trusts no other user. If the service user does not exist, no user is trusted in its place.
    let root = TrustedUsers(caller: 0, service: nil)
    #expect([0, 1000, 998, .max].map(root.includes) == [true, false, false, false])
  }
}
