internal import Glibc
import Synchronization

/// A blocking TCP socket on loopback with a deadline for every call. It closes with its last reference.
package final class LoopbackSocket: Sendable {
  package let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Connects to 127.0.0.1.
  package init(port: Int, timeout: Duration = .seconds(30)) throws {
    descriptor = try Self.open()
    Self.limit(descriptor, timeout)
    var address = Self.address(port)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw FixtureError.system("connect to port \(port)", errno) }
  }

  static func open() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw FixtureError.system("socket", errno) }
    return descriptor
  }

  static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return address
  }

  static func limit(_ descriptor: Int32, _ timeout: Duration) {
    var time = timeval(tv_sec: Int(timeout.components.seconds) * slowness, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  /// Listens on 127.0.0.1; port 0 selects a free one.
  package static func listener(port: Int = 0) throws -> (LoopbackSocket, port: Int) {
    let (listener, port) = try bound(port: port)
    guard listen(listener.descriptor, 512) == 0 else { throw FixtureError.system("listen", errno) }
    return (listener, port)
  }

  /// Connects to a Unix socket.
  package init(path: String, timeout: Duration = .seconds(30)) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw FixtureError.system("socket", errno) }
    Self.limit(descriptor, timeout)
    let result = Self.withAddress(path: path) { connect(descriptor, $0, $1) }
    guard result == 0 else { throw FixtureError.system("connect to \(path)", errno) }
  }

  /// A socket that is bound to 127.0.0.1 and does not listen.
  private static func bound(port: Int) throws -> (LoopbackSocket, port: Int) {
    let descriptor = try open()
    let socket = LoopbackSocket(descriptor: descriptor)
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    var address = address(port)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        guard bind(descriptor, $0, length) == 0 else { throw FixtureError.system("bind port \(port)", errno) }
        getsockname(descriptor, $0, &length)
      }
    }
    return (socket, Int(UInt16(bigEndian: address.sin_port)))
  }

  /// Whether a server could listen on this port of 127.0.0.1.
  ///
  /// The socket of this check never listens. A child between fork(2) and execve(2) holds a copy of it, and a copy that
  /// listens would keep the port in use.
  static func canBind(_ port: Int) -> Bool { (try? bound(port: port)) != nil }

  /// Listens on `::1`, and not on 127.0.0.1.
  package static func listener6() throws -> (LoopbackSocket, port: Int) {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw FixtureError.system("socket", errno) }
    let listener = LoopbackSocket(descriptor: descriptor)
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_addr = in6addr_loopback
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard code else { throw FixtureError.system("listen on ::1", errno) }
    return (listener, port: Int(UInt16(bigEndian: address.sin6_port)))
  }

  /// Listens on a Unix socket that every user can connect to.
  package static func listener(path: String) throws -> LoopbackSocket {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw FixtureError.system("socket", errno) }
    let listener = LoopbackSocket(descriptor: descriptor)
    guard Self.withAddress(path: path, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 64) == 0,
      chmod(path, 0o777) == 0
    else { throw FixtureError.system("listen on \(path)", errno) }
    return listener
  }

  private static func withAddress(
    path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  /// Accepts the next connection, with a deadline of ten minutes for every call; nil after the listener was stopped.
  package func accept() -> LoopbackSocket? {
    while true {
      let accepted = Glibc.accept(descriptor, nil, nil)
      if accepted >= 0 {
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        Self.limit(accepted, .seconds(600))
        return LoopbackSocket(descriptor: accepted)
      }
      if errno != EINTR, errno != ECONNABORTED { return nil }
    }
  }

  /// Makes pending and later calls of `accept` return nil.
  package func stopAccepting() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  package func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw FixtureError.system("send", errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// Receives available data, at most `limit` bytes; empty at end of file.
  package func receive(atMost limit: Int = 65536) throws -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      let received = recv(descriptor, buffer.baseAddress, limit, 0)
      failure = received < 0 ? errno : 0
      count = max(0, received)
    }
    guard failure == 0 else { throw FixtureError.system("receive", failure) }
    return bytes
  }

  /// Receives exactly this many bytes, or fewer at end of file.
  package func receive(exactly count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let part = try receive(atMost: min(65536, count - bytes.count))
      if part.isEmpty { break }
      bytes += part
    }
    return bytes
  }

  /// Receives everything up to end of file.
  package func receiveAll() throws -> [UInt8] { try receive(exactly: .max) }

  /// Half-closes the socket: the other direction stays open.
  package func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Makes the close after the last reference send a reset.
  package func resetOnClose() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
  }
}

/// A port on 127.0.0.1 that this process has not returned before and on which nothing listens, for a server that needs a
/// fixed port. It is below the kernel's ephemeral ports (ip_local_port_range), so that no connection of another test can
/// use it.
package func freePort() throws -> Int {
  for _ in 0..<200 {
    let port = Int.random(in: 10_000..<32_000)
    if returnedPorts.withLock({ $0.insert(port).inserted }), LoopbackSocket.canBind(port) { return port }
  }
  throw FixtureError.failed("no free port between 10000 and 32000")
}

/// The ports that `freePort` has returned or found in use. Two tests at the same time never get the same one.
private let returnedPorts = Mutex<Set<Int>>([])
