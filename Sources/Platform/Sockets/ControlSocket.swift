internal import CLinux
internal import Glibc

/// The path of a listening Unix socket: taken over from a dead owner, never from a living one.
package enum ControlSocket {
  package enum Failure: Error, Hashable, CustomStringConvertible {
    case pathTooLong(String)
    case inUse(String)
    case notASocket(String)
    case system(SystemError)

    package var description: String {
      switch self {
      case .pathTooLong(let path): "\(path): too long for a Unix socket (107 bytes)"
      case .inUse(let path): "\(path): another guard listens there; stop it, or set control.socket"
      case .notASocket(let path): "\(path): is there and is no socket; move it away, or set control.socket"
      case .system(let error): "\(error)"
      }
    }
  }

  /// Binds `path` with `mode` and, where the group exists, its group; connections are taken only after that.
  ///
  /// - Returns: a bound socket that does not listen yet.
  package static func bind(
    path: String, group: String?, mode: UInt32 = 0o660
  ) throws(Failure) -> Int32 {
    guard let address = SocketAddress(path: path) else { throw .pathTooLong(path) }
    try removeStale(path)
    let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard raw >= 0 else { throw .system(.last("socket")) }
    // No permission for anybody until mode and group are right. The file takes its mode from the socket (unix_bind());
    // a umask is the whole process's, and two threads that change and restore it may leave it changed.
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

  /// Binds `path` for its owner alone, and listens.
  package static func listen(path: String) throws(SystemError) -> Descriptor {
    do throws(Failure) {
      let descriptor = Descriptor(owning: try bind(path: path, group: nil, mode: 0o600))
      guard Glibc.listen(descriptor.raw, 1024) == 0 else { throw Failure.system(.last("listen \(path)")) }
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

  /// Which file it is, whatever its path says later.
  package struct Identity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// nil where there is no such file.
    package init?(of path: String) {
      var status = stat()
      guard lstat(path, &status) == 0 else { return nil }
      self.device = UInt64(status.st_dev)
      self.inode = UInt64(status.st_ino)
    }
  }

  /// Removes the file if it still is the one that was bound; somebody else's socket stays.
  package static func remove(path: String, _ identity: Identity?) {
    if let identity, Identity(of: path) == identity { unlink(path) }
  }

  /// Removes the sockets of a folder on which nobody listens.
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
