/// The file or the folder that keeps a user, or ssh(1), from using a file.
package struct AccessFault: Hashable, Sendable {
  let path: String
  let isFolder: Bool
  /// The name of its owner.
  let owner: String
  /// True if the user may change its mode.
  let isOwn: Bool
  /// True if it is in the user's home.
  let isInHome: Bool

  private init?(_ path: String, _ system: any SetupSystem) {
    guard let status = system.status(of: path) else { return nil }
    self.path = path
    isFolder = status.isFolder
    owner = status.ownerName
    isOwn = status.owner == system.person.uid
    isInHome = path == system.person.home || path.hasPrefix("\(system.person.home)/")
  }

  /// The first path component that denies the user access to a file; nil if the file is readable or missing.
  static func reading(_ path: String, _ system: any SetupSystem) -> AccessFault? {
    guard path.hasPrefix("/"), case .unreadable = system.contents(of: path) else { return nil }
    let names = path.split(separator: "/")
    for end in names.indices {
      let place = "/" + names[...end].joined(separator: "/")
      if !system.permits(end == names.count - 1 ? .read : .search, on: place) {
        return AccessFault(place, system)
      }
    }
    return nil
  }

  /// The reason why ssh(1) refuses or ignores a configuration file; nil if it uses the file or there is none. It refuses
  /// a file that others may change (ssh_config(5), FILES).
  static func ofConfiguration(_ path: String, _ system: any SetupSystem) -> AccessFault? {
    if let fault = reading(path, system) { return fault }
    guard let status = system.status(of: path), !status.isFolder else { return nil }
    let isTrusted = [0, system.person.uid].contains(status.owner) && status.mode & 0o022 == 0
    return isTrusted ? nil : AccessFault(path, system)
  }

  /// True for a private key of the user that others may read: ssh(1) does not use it.
  static func isExposed(_ key: String, _ system: any SetupSystem) -> Bool {
    guard let status = system.status(of: key), status.owner == system.person.uid else { return false }
    return status.mode & 0o077 != 0
  }
}
