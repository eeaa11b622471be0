internal import CLibSystemd
internal import Glibc

/// The systemd unit that this process belongs to.
package enum OwnUnit: Hashable, Sendable {
  case system(String)
  /// A service of a user's manager.
  case user(String)

  /// nil if no service manager started this process.
  package static func current() -> OwnUnit? {
    // Try the user unit first, because a user service also belongs to a system unit.
    if let name = name({ sd_pid_get_user_unit(0, $0) }) { return .user(name) }
    if let name = name({ sd_pid_get_unit(0, $0) }) { return .system(name) }
    // libsystemd compares with the control group of process 1, which ProtectProc=invisible hides. Parsing our
    // own control groups does not need it.
    return OwnUnit(cgroups: ownCgroups())
  }

  /// - Parameter text: the contents of /proc/self/cgroup (cgroups(7)).
  package init?(cgroups text: String) {
    let paths = text.split(separator: "\n").compactMap { line -> Substring? in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1].isEmpty || parts[1] == "name=systemd" else { return nil }
      return parts[2]
    }
    for path in paths {
      let names = path.split(separator: "/")
      // The service may have its own control groups below its unit's.
      guard let place = names.lastIndex(where: { $0.hasSuffix(".service") }), !names[place].hasPrefix("user@")
      else { continue }
      // systemd escapes names that are reserved in cgroupfs with a leading "_".
      let name = String(names[place].drop { $0 == "_" })
      self = names[..<place].contains { $0.hasPrefix("user@") } ? .user(name) : .system(name)
      return
    }
    return nil
  }

  private static func ownCgroups() -> String {
    guard let file = fopen("/proc/self/cgroup", "re") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 16 << 10)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  private static func name(_ ask: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard ask(&text) >= 0, let text else { return nil }
    defer { free(text) }
    return String(cString: text)
  }
}
