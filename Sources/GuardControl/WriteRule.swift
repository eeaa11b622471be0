internal import Platform

/// The users that may change something: root, the guard's own user, and members of group `oceanid-admin`.
enum WriteRule {
  static let group = "oceanid-admin"

  static func allows(
    _ peer: PeerCredentials, ownUID: UInt32 = PeerCredentials.ownUID,
    adminGroup: UInt32? = PeerCredentials.groupNumber(named: group)
  ) -> Bool {
    if peer.uid == 0 || peer.uid == ownUID { return true }
    guard let adminGroup else { return false }
    return peer.gid == adminGroup || peer.groups.contains(adminGroup)
  }
}
