internal import Glibc

/// An account of the user databases (nsswitch.conf(5)). A look-up can block, because a database may need the network.
package struct UserAccount: Hashable, Sendable {
  package let uid: UInt32
  package let gid: UInt32
  package let name: String
  package let home: String
  package let shell: String

  /// nil if no database has the account, or if they do not answer.
  package init?(uid: UInt32) {
    self.init { getpwuid_r(uid, $0, $1, $2, $3) }
  }

  /// nil if no database has the account, or if they do not answer.
  package init?(named name: String) {
    self.init { getpwnam_r(name, $0, $1, $2, $3) }
  }

  private typealias Query = (
    UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
    UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
  ) -> Int32

  // The functions whose results are static storage would be overwritten by other threads.
  private init?(_ query: Query) {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    guard query(&entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
      return nil
    }
    uid = entry.pw_uid
    gid = entry.pw_gid
    self.name = String(cString: name)
    home = entry.pw_dir.map { String(cString: $0) } ?? ""
    shell = entry.pw_shell.map { String(cString: $0) } ?? ""
  }
}

extension UserAccount {
  /// For example `alice (uid 1001)`, or `uid 1001` if /etc/passwd does not list the user. Other databases are not
  /// asked, because they could block the caller.
  package static func described(_ uid: UInt32) -> String {
    let bytes = (try? SmallFile.read("/etc/passwd", limit: 1 << 20)) ?? []
    return described(uid, passwd: String(decoding: bytes, as: UTF8.self))
  }

  /// - Parameter passwd: lines in passwd(5) format.
  static func described(_ uid: UInt32, passwd: String) -> String {
    for line in passwd.split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count >= 3, UInt32(fields[2]) == uid, !fields[0].isEmpty else { continue }
      return "\(fields[0]) (uid \(uid))"
    }
    return "uid \(uid)"
  }
}
