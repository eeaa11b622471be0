internal import CLinux
internal import Glibc

/// A connected Unix stream socket. Every operation has a deadline, and deinit closes the descriptor.
///
/// Calls block the calling thread. Use it from one thread at a time.
package struct UnixStream: ~Copyable {
  /// The longest path of a Unix socket in bytes: `sun_path` holds a terminating zero, too (unix(7)).
  package static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

  private let descriptor: Int32
  private let path: String

  /// Connects to the socket at `path`, waiting up to `timeout` if the listener's backlog is full.
  package init(path: String, timeout: Duration) throws(UnixStreamError) {
    func failed(_ operation: UnixStreamError.Operation, _ code: Int32) -> UnixStreamError {
      UnixStreamError(operation: operation, errno: code, path: path)
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count <= UnixStream.longestPath else { throw failed(.connect, ENAMETOOLONG) }
    // A zero inside the path would name another file.
    guard !bytes.isEmpty, !bytes.contains(0) else { throw failed(.connect, EINVAL) }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }

    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw failed(.connect, errno) }
    // connect(2) blocks while the listener's backlog is full; SO_SNDTIMEO bounds that wait (unix(7)).
    var limit = timeval(timeout)
    var result = setsockopt(
      socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let end = ContinuousClock.now + timeout
    if result == 0 {
      repeat {
        result = withUnsafePointer(to: &address) { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
          }
        }
      } while result != 0 && errno == EINTR && ContinuousClock.now < end
    }
    guard result == 0 else {
      // The kernel returns ECONNREFUSED both for a regular file and for a socket without a listener.
      let code = errno == ECONNREFUSED && !UnixStream.isSocket(path) ? ENOTSOCK : errno
      close(socket)
      throw failed(.connect, code)
    }
    descriptor = socket
    self.path = path
  }

  deinit {
    close(descriptor)
  }

  /// The raw descriptor, for poll(2).
  package var raw: Int32 { descriptor }

  /// The credentials of the process that called listen(2) (unix(7), SO_PEERCRED). For a socket passed by systemd,
  /// this is the service manager.
  package var peer: PeerCredentials? { PeerCredentials(ofSocket: descriptor) }

  private static func isSocket(_ path: String) -> Bool {
    var status = stat()
    let code = errno
    defer { errno = code }
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFSOCK
  }

  /// Reads up to `limit` bytes, waiting for the first one until `deadline`; empty at end of file.
  package func read(
    atMost limit: Int = 65_536, until deadline: ContinuousClock.Instant
  ) throws(UnixStreamError) -> [UInt8] {
    while true {
      try wait(for: Int16(POLLIN), .read, until: deadline)
      var count = 0
      var code: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
        count = recv(descriptor, buffer.baseAddress, limit, Int32(MSG_DONTWAIT))
        code = errno
        initialized = max(0, count)
      }
      if count >= 0 { return bytes }
      // The wake-up was spurious or belongs to another signal: wait again.
      guard code == EINTR || code == EAGAIN else {
        throw UnixStreamError(operation: .read, errno: code, path: path)
      }
    }
  }

  /// Writes all of `bytes` by `deadline`. A closed peer causes an error instead of SIGPIPE.
  package func write(
    _ bytes: [UInt8], until deadline: ContinuousClock.Instant
  ) throws(UnixStreamError) {
    var sent = 0
    while sent < bytes.count {
      try wait(for: Int16(POLLOUT), .write, until: deadline)
      let (count, code) = bytes.withUnsafeBytes { buffer in
        let rest = UnsafeRawBufferPointer(rebasing: buffer[sent...])
        let count = send(descriptor, rest.baseAddress, rest.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
        return (count, errno)
      }
      if count >= 0 {
        sent += count
      } else if code != EINTR && code != EAGAIN {
        throw UnixStreamError(operation: .write, errno: code, path: path)
      }
    }
  }

  private func wait(
    for events: Int16, _ operation: UnixStreamError.Operation, until deadline: ContinuousClock.Instant
  ) throws(UnixStreamError) {
    while true {
      let left = max(.zero, deadline - ContinuousClock.now)
      var entry = pollfd(fd: descriptor, events: events, revents: 0)
      let ready = poll(&entry, 1, Epoll.milliseconds(left))
      if ready > 0 { return }
      if ready < 0 && errno != EINTR && errno != EAGAIN {
        throw UnixStreamError(operation: operation, errno: errno, path: path)
      }
      guard ContinuousClock.now < deadline else {
        throw UnixStreamError(operation: operation, errno: ETIMEDOUT, path: path)
      }
    }
  }
}

/// A failed operation on a Unix stream, with the path of the socket.
package struct UnixStreamError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Operation: String, Sendable {
    case connect, read, write
  }

  package let operation: Operation
  /// ETIMEDOUT if a deadline passed during a read or write, EAGAIN if it passed during connect.
  package let errno: Int32
  package let path: String

  package init(operation: Operation, errno: Int32, path: String) {
    self.operation = operation
    self.errno = errno
    self.path = path
  }

  /// True if the deadline passed.
  package var isTimeout: Bool {
    errno == ETIMEDOUT || (operation == .connect && errno == EAGAIN)
  }

  package var description: String {
    "\(operation.rawValue) \(path): \(String(cString: strerror(errno)))"
  }
}

extension timeval {
  fileprivate init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    // Zero would mean "no limit".
    self.init(
      tv_sec: Int(seconds), tv_usec: max(seconds > 0 ? 0 : 1, Int(attoseconds / 1_000_000_000_000)))
  }
}
