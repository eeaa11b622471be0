internal import CLinux
internal import Glibc

/// The credentials of the peer of a Unix socket, verified by the kernel (unix(7)).
package struct PeerCredentials: Hashable, Sendable {
  package let pid: Int32
  package let uid: UInt32
  package let gid: UInt32
  /// The peer's supplementary groups at the time of connect.
  package let groups: [UInt32]

  package init(pid: Int32, uid: UInt32, gid: UInt32, groups: [UInt32]) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
    self.groups = groups
  }

  /// nil if `socket` is not a connected Unix socket.
  package init?(ofSocket socket: Int32) {
    var peer = oceanid_peer()
    guard oceanid_peer_of(socket, &peer) == 0 else { return nil }
    var groups = [UInt32](repeating: 0, count: 256)
    let count = groups.withUnsafeMutableBufferPointer {
      oceanid_peer_groups(socket, $0.baseAddress, Int32($0.count))
    }
    self.init(
      pid: peer.pid, uid: peer.uid, gid: peer.gid, groups: Array(groups.prefix(Int(max(0, count)))))
  }

  /// The number of the group with this name; nil if this machine has no such group.
  package static func groupNumber(named name: String) -> UInt32? {
    // getgrnam(3) returns static storage, which other threads would overwrite.
    var (buffer, entry) = ([CChar](repeating: 0, count: 32 << 10), group())
    var found: UnsafeMutablePointer<group>?
    guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
    return entry.gr_gid
  }

  package static var ownUID: UInt32 { getuid() }
}
