internal import CLinux
internal import Glibc

/// Binds a listening Unix socket at a path. Replaces a stale socket file, but not one with a live listener.
package enum ControlSocket {
  package enum Failure: Error, Hashable, CustomStringConvertible {
    case pathTooLong(String)
    case inUse(String)
    case notASocket(String)
    case system(SystemError)

    package var description: String {
      switch self {
      case .pathTooLong(let path):
        "\(path): too long for a Unix socket (at most \(UnixStream.longestPath) bytes)"
      case .inUse(let path): "\(path): another guard is listening on it; stop it, or set control.socket"
      case .notASocket(let path): "\(path): exists and is not a socket; move it away, or set control.socket"
      case .system(let error): "\(error)"
      }
    }
  }

  /// Binds `path` with `mode` and, if it exists, `group`. The socket cannot accept connections before both are set.
  ///
  /// - Returns: a bound socket that does not listen yet.
  package static func bind(
    path: String, group: String?, mode: UInt32 = 0o660
  ) throws(Failure) -> Int32 {
    guard let address = SocketAddress(path: path) else { throw .pathTooLong(path) }
    try removeStale(path)
    let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard raw >= 0 else { throw .system(.last("socket")) }
    // No client may connect until mode and group are set. The file inherits its mode from the socket (unix_bind()).
    // umask(2) is process-wide, so changing it here would race with other threads.
    guard fchmod(raw, 0) == 0, address.withSockaddr({ Glibc.bind(raw, $0, $1) }) == 0 else {
      let error = SystemError.last("bind \(path)")
      close(raw)
      throw .system(error)
    }
    if let group, let number = PeerCredentials.groupNumber(named: group) { _ = chown(path, getuid(), number) }
    guard chmod(path, mode) == 0 else {
      close(raw)
      throw .system(.last("chmod \(path)"))
    }
    return raw
  }

  /// The backlog of a listener that no unit created. After a restart, a few hundred clients may connect at once.
  package static let backlog: Int32 = 1024

  /// The backlog of a listening socket, for example as `Backlog=` of its unit set it; nil if it is unknown.
  package static func backlog(of raw: Int32) -> Int32? {
    guard let diagnostics = try? SocketDiagnostics() else { return nil }
    return diagnostics.backlog(ofListener: raw).flatMap { $0 > 0 ? $0 : nil }
  }

  /// Sets the backlog of a bound socket, which may listen already.
  package static func listen(_ raw: Int32, backlog: Int32) throws(SystemError) {
    guard Glibc.listen(raw, backlog) == 0 else { throw .last("listen") }
  }

  /// Binds `path` for its owner only, and listens.
  package static func listen(path: String) throws(SystemError) -> Descriptor {
    do throws(Failure) {
      let descriptor = Descriptor(owning: try bind(path: path, group: nil, mode: 0o600))
      guard Glibc.listen(descriptor.raw, backlog) == 0 else { throw Failure.system(.last("listen \(path)")) }
      return descriptor
    } catch {
      switch error {
      case .system(let error): throw error
      case .inUse: throw SystemError("bind \(path)", code: EADDRINUSE)
      case .notASocket: throw SystemError("bind \(path)", code: EEXIST)
      case .pathTooLong: throw SystemError("bind \(path)", code: ENAMETOOLONG)
      }
    }
  }

  /// Identifies the socket file, independent of later changes at its path.
  package struct Identity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// nil if the file does not exist.
    package init?(of path: String) {
      var status = stat()
      guard lstat(path, &status) == 0 else { return nil }
      self.device = UInt64(status.st_dev)
      self.inode = UInt64(status.st_ino)
    }
  }

  /// Removes the file if it still is the one that was bound. Another process's socket stays.
  package static func remove(path: String, _ identity: Identity?) {
    if let identity, Identity(of: path) == identity { unlink(path) }
  }

  /// Removes stale sockets (those without a listener) from a folder.
  package static func removeStale(in folder: String, where isOurs: (String) -> Bool) {
    guard let list = opendir(folder) else { return }
    defer { closedir(list) }
    while let entry = readdir(list) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if isOurs(name) { try? removeStale("\(folder)/\(name)") }
    }
  }

  private static func removeStale(_ path: String) throws(Failure) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path) }
    do throws(SystemError) {
      _ = try StreamSocket.connect(toPath: path)
    } catch {
      guard error.code == ECONNREFUSED else { throw .system(error) }
      unlink(path)
      return
    }
    throw .inUse(path)
  }
}
