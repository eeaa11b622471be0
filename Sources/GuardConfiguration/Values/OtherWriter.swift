internal import Glibc
internal import GuardTypes
internal import Platform

/// Another user who can change the configuration file, and so have the guard run a program as its own user.
package struct OtherWriter: Hashable, Sendable {
  /// The reason, for example `/srv/guard.yaml has mode 0666`.
  package let reason: String
  /// The command that ends it.
  package let command: String

  /// nil if no other user can change the file. The file of a user's own guard is in a folder of this user, and the
  /// service's user may own the service's file.
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
