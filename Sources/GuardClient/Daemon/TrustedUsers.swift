import Glibc
import Platform

/// Whose guard may tell this process which file to use and which port to trust: root's, the caller's own, and that of the
/// user that the system unit runs as.
///
/// The kernel's word counts, not the environment's: SUDO_UID says who called sudo, and must not make root obey that user.
struct TrustedUsers: Hashable, Sendable {
  let caller: UInt32
  /// nil where the machine has no such user.
  let service: UInt32?

  static var current: TrustedUsers {
    TrustedUsers(caller: geteuid(), service: getpwnam("oceanid").map { UInt32($0.pointee.pw_uid) })
  }

  func includes(_ user: UInt32) -> Bool { user == 0 || user == caller || user == service }
}
