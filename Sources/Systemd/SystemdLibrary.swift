internal import Glibc

/// The systemd version of this machine. libsystemd has no version function and the manager's bus is not always
/// available, so it is read from file names.
package enum SystemdLibrary {
  /// For example `252`; `unknown` if the library is in no known folder.
  package static let version: String = {
    for folder in folders {
      for name in names(in: folder) { if let version = named(in: name) { return version } }
    }
    return "unknown"
  }()

  /// - Parameter name: the file name of systemd's shared library.
  static func named(in name: String) -> String? {
    let (prefix, suffix) = ("libsystemd-shared-", ".so")
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    let version = name.dropFirst(prefix.count).dropLast(suffix.count)
    return version.first?.isNumber == true ? String(version) : nil
  }

  /// Debian installs it in a folder of the architecture; other distributions do not.
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
