internal import Glibc

/// Small files that a kubeconfig consists of.
enum FileContents {
  enum Failure: Error, Equatable {
    case missing
    case unreadable(String)
    case notAFile
    case tooLarge(limit: Int)

    /// Goes after the file's name: `… does not exist`.
    var words: String {
      switch self {
      case .missing: "does not exist"
      case .unreadable(let reason): "can't be read: \(reason)"
      case .notAFile: "is not a regular file"
      case .tooLarge(let limit): "is larger than \(limit >> 10) KiB"
      }
    }
  }

  /// Reads a whole regular file; a pipe or a device in its place must not block the poll.
  static func read(_ path: String, limit: Int = 1 << 20) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
    var contents: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return contents }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw .unreadable(String(cString: strerror(errno)))
      }
      contents += chunk[..<count]
      guard contents.count <= limit else { throw .tooLarge(limit: limit) }
    }
  }

  /// `~/…` by HOME, else by the passwd entry.
  static func expandingTilde(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/") else { return path }
    let home: String
    if let variable = getenv("HOME"), variable.pointee != 0 {
      home = String(cString: variable)
    } else if let entry = getpwuid(getuid()), let directory = entry.pointee.pw_dir {
      home = String(cString: directory)
    } else {
      return path
    }
    return home + path.dropFirst()
  }

  /// A path inside a kubeconfig is relative to the file that it stands in.
  static func resolve(_ path: String, beside file: String) -> String {
    let path = expandingTilde(path)
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return file[...slash] + path
  }
}
