internal import Glibc

/// Whose entries are read, by fields that journald itself vouches for: nobody can slip in others with logger(1).
package enum JournalScope: Hashable, Sendable {
  /// A service of the machine: `oceanid-guard.service`.
  case systemUnit(String)
  /// A service of this user's own manager.
  case userUnit(String, uid: UInt32)
  /// The files in a folder, whoever wrote the entries.
  case folder(String)

  /// Fields and values that all have to match (systemd.journal-fields(7)).
  var matches: [String] {
    switch self {
    case .systemUnit(let unit): ["_SYSTEMD_UNIT=\(unit)"]
    case .userUnit(let unit, let uid): ["_SYSTEMD_USER_UNIT=\(unit)", "_UID=\(uid)"]
    case .folder: []
    }
  }

  /// Throws where this user can't read what he asks for: libsystemd shows an empty journal then, and says nothing.
  func checkAccess() throws(JournalError) {
    if case .folder = self { return }
    // A volatile journal keeps users' entries beside the machine's.
    var names = ["system.journal"]
    if case .userUnit(_, let uid) = self { names.append("user-\(uid).journal") }
    var isThere = false
    for folder in ["/var/log/journal", "/run/log/journal"] {
      for machine in JournalScope.entries(of: folder) {
        for name in names {
          let path = "\(folder)/\(machine)/\(name)"
          if access(path, R_OK) == 0 { return }
          // A folder that can't be searched hides its files.
          isThere = isThere || access(path, F_OK) == 0 || errno == EACCES
        }
      }
    }
    throw isThere ? .denied : .absent
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
