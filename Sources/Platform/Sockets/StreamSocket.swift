internal import CLinux
internal import Glibc

/// Stream sockets for the event loop: non-blocking, closed on exec.
package enum StreamSocket {
  /// Binds and listens. SO_REUSEADDR, so that a restart does not wait for old connections; never SO_REUSEPORT,
  /// so that nobody shares the port.
  package static func listen(
    on address: SocketAddress, backlog: Int32 = 1024
  ) throws(SystemError) -> Descriptor {
    let descriptor = try open(family: address.family)
    if address.family != AF_UNIX {
      setOption(descriptor.raw, SOL_SOCKET, SO_REUSEADDR, 1)
      sendWithoutDelay(descriptor)
    }
    guard address.withSockaddr({ bind(descriptor.raw, $0, $1) }) == 0 else { throw .last(bindOperation) }
    guard Glibc.listen(descriptor.raw, backlog) == 0 else { throw .last("listen") }
    return descriptor
  }

  /// Accepts one waiting connection, non-blocking and closed on exec; nil when nobody waits.
  package static func accept(
    from listener: borrowing Descriptor
  ) throws(SystemError) -> (Int32, SocketAddress)? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return try withUnsafeMutablePointer(to: &storage) { pointer throws(SystemError) in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        address throws(SystemError) -> (Int32, SocketAddress)? in
        while true {
          let raw = accept4(
            listener.raw, address, &length, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
          if raw >= 0 { return (raw, SocketAddress(copying: address, length: length)) }
          switch errno {
          case EAGAIN: return nil
          case EINTR, ECONNABORTED: continue
          default: throw .last("accept")
          }
        }
      }
    }
  }

  /// Somebody waits to be accepted.
  package static func hasWaiting(_ listener: borrowing Descriptor) -> Bool {
    var entry = pollfd(fd: listener.raw, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) > 0
  }

  /// The `SystemError.operation` of a source address that can't be had.
  package static let bindOperation = "bind"

  /// Starts to connect; the socket becomes writable when `connectionError` has the outcome.
  ///
  /// - Parameters:
  ///   - source: of the same family as `address`, with port 0; nil: the kernel chooses.
  ///   - userTimeout: a path that acknowledges nothing for this long is dead.
  package static func connect(
    to address: SocketAddress, from source: SocketAddress? = nil, userTimeout: Duration
  ) throws(SystemError) -> Descriptor {
    let descriptor = try open(family: address.family)
    setOption(descriptor.raw, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    setOption(descriptor.raw, SOL_SOCKET, SO_KEEPALIVE, 1)
    // RFC 5482, tcp(7)
    let milliseconds =
      userTimeout.components.seconds * 1000 + userTimeout.components.attoseconds / 1_000_000_000_000_000
    setOption(descriptor.raw, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: milliseconds))
    if let source, source.withSockaddr({ bind(descriptor.raw, $0, $1) }) != 0 { throw .last(bindOperation) }
    if address.withSockaddr({ Glibc.connect(descriptor.raw, $0, $1) }) != 0, errno != EINPROGRESS {
      throw .last("connect")
    }
    return descriptor
  }

  /// SO_ERROR: 0 when a connect succeeded, else its errno.
  package static func connectionError(of descriptor: borrowing Descriptor) -> Int32 {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor.raw, SOL_SOCKET, SO_ERROR, &code, &length)
    return code
  }

  /// TCP_NODELAY; connections inherit it from their listener. A no-op on Unix sockets.
  package static func sendWithoutDelay(_ descriptor: borrowing Descriptor) {
    setOption(descriptor.raw, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
  }

  /// Acknowledges at once what came, this time (TCP_QUICKACK does not stick, tcp(7)).
  package static func acknowledgeNow(_ descriptor: borrowing Descriptor) {
    setOption(descriptor.raw, Int32(IPPROTO_TCP), TCP_QUICKACK, 1)
  }

  /// Half-close: the peer reads end of file, and may still write.
  package static func endSending(_ descriptor: borrowing Descriptor) {
    shutdown(descriptor.raw, Int32(SHUT_WR))
  }

  /// Makes the close that follows a reset (RST), so that a client knows it was cut and not finished.
  package static func resetOnClose(_ descriptor: borrowing Descriptor) {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor.raw, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// Two ends of one stream within this process (socketpair(2)); both are the caller's to own.
  package static func pair() throws(SystemError) -> (Int32, Int32) {
    var raws: (Int32, Int32) = (-1, -1)
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let code = withUnsafeMutablePointer(to: &raws) { pointer in
      pointer.withMemoryRebound(to: Int32.self, capacity: 2) { socketpair(AF_UNIX, type, 0, $0) }
    }
    guard code == 0 else { throw .last("socketpair") }
    return raws
  }

  private static func open(family: Int32) throws(SystemError) -> Descriptor {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let raw = socket(family, type, 0)
    guard raw >= 0 else { throw .last("socket") }
    return Descriptor(owning: raw)
  }

  private static func setOption(_ raw: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    setsockopt(raw, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}

extension StreamSocket {
  /// Connects to a Unix socket's path: at once or not at all.
  package static func connect(toPath path: String) throws(SystemError) -> Descriptor {
    guard let address = SocketAddress(path: path) else {
      throw SystemError("connect \(path)", code: ENAMETOOLONG)
    }
    let descriptor = try open(family: AF_UNIX)
    guard address.withSockaddr({ Glibc.connect(descriptor.raw, $0, $1) }) == 0 else {
      throw .last("connect \(path)")
    }
    return descriptor
  }
}

extension Descriptor {
  /// Sends all of `bytes`, waiting for room; false on an error or when `deadline` passes.
  package borrowing func sendAll(_ bytes: UnsafeRawBufferPointer, until deadline: MonotonicTime)
    -> Bool
  {
    var rest = bytes
    while !rest.isEmpty {
      switch send(rest) {
      case .moved(let count): rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      case .wouldBlock: guard wait(for: Int16(POLLOUT), until: deadline) else { return false }
      case .endOfFile, .failed: return false
      }
    }
    return true
  }

  /// Receives exactly `count` bytes; nil on an error, at the end, or when `deadline` passes.
  package borrowing func receive(_ count: Int, until deadline: MonotonicTime) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var have = 0
    while have < count {
      let outcome = bytes.withUnsafeMutableBytes {
        read(into: UnsafeMutableRawBufferPointer(rebasing: $0[have...]))
      }
      switch outcome {
      case .moved(let more): have += more
      case .wouldBlock: guard wait(for: Int16(POLLIN), until: deadline) else { return nil }
      case .endOfFile, .failed: return nil
      }
    }
    return bytes
  }

  private borrowing func wait(for events: Int16, until deadline: MonotonicTime) -> Bool {
    var entry = pollfd(fd: raw, events: events, revents: 0)
    let left = Epoll.milliseconds(deadline - MonotonicTime.now)
    guard left > 0 else { return false }
    return poll(&entry, 1, left) > 0 || errno == EINTR
  }
}
