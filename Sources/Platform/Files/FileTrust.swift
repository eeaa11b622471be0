internal import CLinux
internal import Glibc
internal import Synchronization

/// Checks that only its reader and root can have written a file, because a kubeconfig can name a program to
/// execute. ssh requires the same for its own files (sshd_config(5), StrictModes).
///
/// Each folder and each symbolic link on the path is checked as well, because the owner of a folder can
/// replace the file.
package struct FileTrust {
  /// The user who reads the file.
  let reader: UInt32
  private let accounts: () -> AccountList

  /// - Parameter accounts: the users and groups of this machine, read only for a file that its group can write.
  package init(reader: UInt32, accounts: @escaping () -> AccountList = AccountList.ofThisMachine) {
    self.reader = reader
    self.accounts = accounts
  }

  package enum Flaw: Error, Hashable {
    case notAbsolute
    case foreignOwner(path: String, uid: UInt32)
    case writable(path: String, mode: UInt32)
    /// Its access control list gives other users write access (acl(5)).
    case listed(path: String)
    case notAFile
    case tooManyLinks
    /// It does not exist or can't be accessed: errno.
    case unseen(Int32)
  }

  /// The kernel's limit (path_resolution(7)).
  private static let maxLinks = 40

  /// nil if only the reader and root can write the file or replace it.
  package func flaw(of path: String) -> Flaw? {
    do throws(Flaw) {
      try walk(path)
      return nil
    } catch {
      return error
    }
  }

  private func walk(_ path: String) throws(Flaw) {
    guard path.hasPrefix("/") else { throw .notAbsolute }
    var rest: [Substring] = path.split(separator: "/").reversed()
    var folder = ""
    // A sticky folder in which other users can create entries, and its mode.
    var shared: (path: String, mode: UInt32)?
    var links = 0
    var isFile = false
    while let name = rest.popLast() {
      // A file has no entries.
      guard !isFile else { throw .unseen(ENOTDIR) }
      if name == "." { continue }
      if name == ".." {
        // The folder's path has no symbolic links, so the parent can be taken from its text.
        folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
        continue
      }
      let entry = "\(folder)/\(name)"
      let status: stat
      do throws(Flaw) {
        status = try self.status(of: entry)
      } catch .unseen(ENOENT) where shared?.path == folder {
        // The sticky bit protects existing entries only: the first user who creates this one owns it.
        throw .writable(path: folder, mode: shared?.mode ?? 0)
      }
      if status.st_mode & S_IFMT == S_IFLNK {
        links += 1
        guard links <= FileTrust.maxLinks else { throw .tooManyLinks }
        let target = try FileTrust.target(of: entry)
        if target.hasPrefix("/") { folder = "" }
        rest += target.split(separator: "/").reversed()
        continue
      }
      let mode = UInt32(status.st_mode & 0o7777)
      let isWritable = isWritableByOthers(status)
      let isListed = isWritableByList(entry, status)
      if isSticky(status) {
        if isWritable || isListed { shared = (entry, mode) }
      } else {
        guard !isWritable else { throw .writable(path: entry, mode: mode) }
        guard !isListed else { throw .listed(path: entry) }
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        folder = entry
      } else {
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        isFile = true
      }
    }
    guard isFile else { throw .notAFile }
  }

  /// The status of the entry itself. Throws if its owner is neither root nor the reader.
  private func status(of entry: String) throws(Flaw) -> stat {
    var status = stat()
    guard lstat(entry, &status) == 0 else { throw .unseen(errno) }
    guard status.st_uid == 0 || status.st_uid == reader else {
      throw .foreignOwner(path: entry, uid: status.st_uid)
    }
    return status
  }

  private func isWritableByOthers(_ status: stat) -> Bool {
    if status.st_mode & S_IWOTH != 0 { return true }
    return status.st_mode & S_IWGRP != 0 && !accounts().isGroup(status.st_gid, onlyOf: status.st_uid)
  }

  /// In a sticky folder, only an entry's owner can replace it, and each entry's owner is checked (inode(7)). Any
  /// user who can write to the folder can create a missing entry.
  private func isSticky(_ status: stat) -> Bool {
    status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
  }

  /// With an access control list, the group bits are its mask.
  private func isWritableByList(_ entry: String, _ status: stat) -> Bool {
    status.st_mode & S_IWGRP != 0 && AccessList.exists(on: entry)
  }

  private static func target(of link: String) throws(Flaw) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink(link, &buffer, buffer.count)
    guard length > 0 else { throw .unseen(length < 0 ? errno : ENOENT) }
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension FileTrust.Flaw: CustomStringConvertible {
  /// The text after the file's name.
  package var description: String {
    switch self {
    case .notAbsolute: "is not an absolute path"
    case .foreignOwner(let path, let uid): "can be changed by another user: \(path) belongs to uid \(uid)"
    case .writable(let path, let mode):
      "can be changed by other users: \(path) has mode 0\(String(mode, radix: 8))"
    case .listed(let path): "can be changed by users in the access control list of \(path) (getfacl)"
    case .notAFile: "is not a regular file"
    case .tooManyLinks: "has too many symbolic links in its path"
    case .unseen(ENOENT), .unseen(ENOTDIR): "does not exist"
    case .unseen(EACCES): "is not readable for you"
    case .unseen(let code): "cannot be read: \(String(cString: strerror(code)))"
    }
  }
}

/// Access control lists of files (acl(5)).
package enum AccessList {
  private static let attribute = "system.posix_acl_access"

  /// True if the file has an access list in addition to its mode. The mode's group bits are then the list's mask: a
  /// right that is missing there is denied to every user that the list names.
  package static func exists(on path: String) -> Bool { getxattr(path, attribute, nil, 0) > 0 }
}

/// The users and groups of a machine.
package struct AccountList {
  package struct User {
    let name: String
    let uid: UInt32
    /// The primary group. The user has its rights without being listed as a member.
    let gid: UInt32

    package init(_ name: String, uid: UInt32, gid: UInt32) {
      self.name = name
      self.uid = uid
      self.gid = gid
    }
  }

  package struct Group {
    let gid: UInt32
    let members: [String]

    package init(gid: UInt32, members: [String] = []) {
      self.gid = gid
      self.members = members
    }
  }

  private let users: [User]
  private let groups: [Group]
  /// Looks up accounts that a name service does not list (sssd).
  private let unlisted: (user: (UInt32) -> User?, group: (UInt32) -> Group?)

  package init(
    users: [User], groups: [Group],
    unlisted: (user: (UInt32) -> User?, group: (UInt32) -> Group?) = ({ _ in nil }, { _ in nil })
  ) {
    self.users = users
    self.groups = groups
    self.unlisted = unlisted
  }

  /// True for a user's private group, which Debian creates for each user: only this user and root have its rights.
  /// Debian's ssh makes the same exception.
  func isGroup(_ group: UInt32, onlyOf user: UInt32) -> Bool {
    let owner = users.first { $0.uid == user } ?? unlisted.user(user)
    guard let owner, owner.gid == group else { return false }
    // Several groups can have one number.
    var sameGroups = groups.filter { $0.gid == group }
    if sameGroups.isEmpty { sameGroups = [unlisted.group(group)].compactMap(\.self) }
    let harmless = Set(users.filter { $0.uid == user || $0.uid == 0 }.map(\.name)).union([owner.name])
    return !sameGroups.isEmpty && sameGroups.allSatisfy { $0.members.allSatisfy(harmless.contains) }
      && users.allSatisfy { $0.gid != group || $0.uid == user || $0.uid == 0 }
  }

  /// getpwent(3) has one position for the whole process, and polls of several clusters run at the same time.
  private static let reading = Mutex(())

  package static func ofThisMachine() -> AccountList {
    reading.withLock { _ in
      var users: [User] = []
      setpwent()
      while let entry = getpwent() {
        users.append(
          User(String(cString: entry.pointee.pw_name), uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid))
      }
      endpwent()
      var groups: [Group] = []
      setgrent()
      while let entry = getgrent() {
        groups.append(Group(gid: entry.pointee.gr_gid, members: members(entry.pointee)))
      }
      endgrent()
      return AccountList(users: users, groups: groups, unlisted: (user, group))
    }
  }

  private static func user(_ uid: UInt32) -> User? {
    UserAccount(uid: uid).map { User($0.name, uid: $0.uid, gid: $0.gid) }
  }

  /// A group that does not fit into the buffer has many members.
  private static func group(_ gid: UInt32) -> Group? {
    var (buffer, entry) = ([CChar](repeating: 0, count: 32 << 10), Glibc.group())
    var found: UnsafeMutablePointer<Glibc.group>?
    guard getgrgid_r(gid, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
    return Group(gid: gid, members: members(entry))
  }

  private static func members(_ entry: Glibc.group) -> [String] {
    var members: [String] = []
    var next = entry.gr_mem
    while let place = next, let name = place.pointee {
      members.append(String(cString: name))
      next = place + 1
    }
    return members
  }
}
