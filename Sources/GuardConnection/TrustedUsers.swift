import Glibc
import Platform

/// The users whose guard may choose the kubeconfig and the port of this process: root, the caller, and the user of
/// the system unit.
///
/// The user id of the process counts, not the environment: SUDO_UID contains sudo's caller, whom root must not trust.
package struct TrustedUsers: Hashable, Sendable {
  let caller: UInt32
  /// nil if this machine has no such user.
  let service: UInt32?

  package static var current: TrustedUsers {
    TrustedUsers(caller: geteuid(), service: UserAccount(named: "oceanid")?.uid)
  }

  package func includes(_ user: UInt32) -> Bool { user == 0 || user == caller || user == service }
}
