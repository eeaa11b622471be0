internal import Glibc

/// The systemd of this machine. libsystemd does not tell its version, and the manager on the bus is not everywhere, so
/// this goes by the names of files.
package enum SystemdLibrary {
  /// `252`; `unknown` where it lies in no usual place.
  package static let version: String = {
    for folder in folders {
      for name in names(in: folder) { if let version = named(in: name) { return version } }
    }
    return "unknown"
  }()

  /// - Parameter name: of the library that all programs of one systemd share.
  static func named(in name: String) -> String? {
    let (prefix, suffix) = ("libsystemd-shared-", ".so")
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    let version = name.dropFirst(prefix.count).dropLast(suffix.count)
    return version.first?.isNumber == true ? String(version) : nil
  }

  /// Debian has it below the folder of an architecture, others do not.
  private static var folders: [String] {
    names(in: "/usr/lib").filter { $0.contains("-linux-") }.map { "/usr/lib/\($0)/systemd" } + [
      "/usr/lib/systemd"
    ]
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names
  }
}
