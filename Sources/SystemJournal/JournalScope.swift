internal import Glibc

/// The origin of entries. It is matched with fields that journald sets itself, so that logger(1) cannot forge
/// them.
package enum JournalScope: Hashable, Sendable {
  /// A system service, for example `oceanid-guard.service`.
  case systemUnit(String)
  /// A service of this user's manager.
  case userUnit(String, uid: UInt32)
  /// The journal files in a folder, without a check of the entries' origin.
  case folder(String)

  /// The required field matches (systemd.journal-fields(7)).
  var matches: [String] {
    switch self {
    case .systemUnit(let unit): ["_SYSTEMD_UNIT=\(unit)"]
    case .userUnit(let unit, let uid): ["_SYSTEMD_USER_UNIT=\(unit)", "_UID=\(uid)"]
    case .folder: []
    }
  }

  /// Throws if the user may not read this scope. libsystemd would return an empty journal without an error.
  func checkAccess() throws(JournalError) {
    if case .folder = self { return }
    // A volatile journal contains users' entries and system entries in one file.
    var names = ["system.journal"]
    if case .userUnit(_, let uid) = self { names.append("user-\(uid).journal") }
    var exists = false
    for folder in ["/var/log/journal", "/run/log/journal"] {
      for machine in JournalScope.entries(of: folder) {
        for name in names {
          let path = "\(folder)/\(machine)/\(name)"
          if access(path, R_OK) == 0 { return }
          // The files of a folder without search permission are not visible.
          exists = exists || access(path, F_OK) == 0 || errno == EACCES
        }
      }
    }
    throw exists ? .denied : .absent
  }

  private static func entries(of folder: String) -> [String] {
    guard let list = opendir(folder) else { return [] }
    defer { closedir(list) }
    var names: [String] = []
    while let entry = readdir(list) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }
}
