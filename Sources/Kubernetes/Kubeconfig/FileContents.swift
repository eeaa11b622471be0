internal import Glibc
internal import Platform

/// Reads the small files that belong to a kubeconfig.
enum FileContents {
  enum Failure: Error, Equatable {
    case missing
    /// The path begins with `~`, and the home is not known.
    case homeless(uid: UInt32)
    case unreadable(String)
    case notAFile
    case tooLarge(limit: Int)

    /// The predicate of a message after the file's name: `… does not exist`.
    var words: String {
      switch self {
      case .missing: "does not exist"
      case .homeless(let uid):
        "can't be found: HOME is not set, and uid \(uid) has no entry in the user database"
      case .unreadable(let reason): "can't be read: \(reason)"
      case .notAFile: "is not a regular file"
      case .tooLarge(let limit): "is larger than \(limit >> 10) KiB"
      }
    }
  }

  /// Reads a whole regular file.
  static func read(_ path: String, limit: Int = 1 << 20) throws(Failure) -> [UInt8] {
    // `expandingTilde` has left it.
    if path.hasPrefix("~/") { throw .homeless(uid: getuid()) }
    do throws(SystemError) {
      return try SmallFile.read(path, limit: limit)
    } catch {
      if error.isNotRegular { throw .notAFile }
      if error.isMissing { throw .missing }
      throw error.isTooLarge ? .tooLarge(limit: limit) : .unreadable(error.reason)
    }
  }

  /// Expands `~/…` with HOME, or with the passwd entry if HOME is not set.
  static func expandingTilde(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/") else { return path }
    let home: String
    if let variable = getenv("HOME"), variable.pointee != 0 {
      home = String(cString: variable)
    } else if let account = UserAccount(uid: getuid()) {
      home = account.home
    } else {
      return path
    }
    return home + path.dropFirst()
  }

  /// Resolves a path inside a kubeconfig relative to that file's folder.
  static func resolve(_ path: String, beside file: String) -> String {
    let path = expandingTilde(path)
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return file[...slash] + path
  }
}
