internal import Glibc
internal import GuardTypes
internal import Platform

/// Write access of other users to the configuration file, which names programs that run as the guard's user.
package struct OtherWriter: Hashable, Sendable {
  /// The reason, for example `/srv/guard.yaml has mode 0666`.
  package let reason: String
  /// The command that removes the access.
  package let command: String

  /// nil unless every user can write the file or a folder of its path, or a guard that runs as root reads a file of
  /// another user than root and `oceanid`. Write access of a group or by a list is the administrator's decision.
  package init?(of file: String) {
    switch FileTrust(reader: geteuid()).flaw(of: file) {
    case .foreignOwner(file, let uid) where geteuid() == 0 && UserAccount(named: "oceanid")?.uid != uid:
      reason = "it belongs to uid \(uid)"
      command = "sudo chown root \(file.shellWord)"
    case .writable(let path, let mode) where mode & 0o002 != 0:
      reason = "\(path) has mode 0\(String(mode, radix: 8))"
      command = "sudo chmod o-w \(path.shellWord)"
    case .foreignOwner, .writable, .listed, .notAbsolute, .notAFile, .tooManyLinks, .unseen, nil: return nil
    }
  }
}
