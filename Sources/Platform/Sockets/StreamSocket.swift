internal import CLinux
internal import Glibc

/// Non-blocking, close-on-exec stream sockets for the event loop.
package enum StreamSocket {
  /// Binds and listens. SO_REUSEADDR lets a restart bind while old connections are in TIME_WAIT. SO_REUSEPORT stays
  /// off, so that no other process can share the port.
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

  /// Accepts one pending connection, non-blocking and close-on-exec; nil if none is pending.
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

  /// True if a connection is waiting to be accepted.
  package static func hasWaiting(_ listener: borrowing Descriptor) -> Bool {
    var entry = pollfd(fd: listener.raw, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) > 0
  }

  /// The `SystemError.operation` of a failure to bind the source address.
  package static let bindOperation = "bind"

  /// Starts to connect. When the socket becomes writable, `connectionError` returns the result.
  ///
  /// - Parameters:
  ///   - source: an address of the same family with port 0; nil lets the kernel choose.
  ///   - userTimeout: how long sent data may stay unacknowledged before the kernel closes the connection.
  package static func connect(
    to address: SocketAddress, from source: SocketAddress? = nil, userTimeout: Duration
  ) throws(SystemError) -> Descriptor {
    let descriptor = try open(family: address.family)
    setOption(descriptor.raw, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    setOption(descriptor.raw, SOL_SOCKET, SO_KEEPALIVE, 1)
    // TCP_USER_TIMEOUT (RFC 5482, tcp(7)).
    setOption(
      descriptor.raw, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT,
      Int32(clamping: Int64(userTimeout / .milliseconds(1))))
    if let source, source.withSockaddr({ bind(descriptor.raw, $0, $1) }) != 0 { throw .last(bindOperation) }
    if address.withSockaddr({ Glibc.connect(descriptor.raw, $0, $1) }) != 0, errno != EINPROGRESS {
      throw .last("connect")
    }
    return descriptor
  }

  /// SO_ERROR: 0 if the connect succeeded, else its errno.
  package static func connectionError(of descriptor: borrowing Descriptor) -> Int32 {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor.raw, SOL_SOCKET, SO_ERROR, &code, &length)
    return code
  }

  /// Sets TCP_NODELAY. Accepted connections inherit it from their listener. It has no effect on Unix sockets.
  package static func sendWithoutDelay(_ descriptor: borrowing Descriptor) {
    setOption(descriptor.raw, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
  }

  /// Acknowledges received data at once. TCP_QUICKACK is not permanent, so call it for each read (tcp(7)).
  package static func acknowledgeNow(_ descriptor: borrowing Descriptor) {
    setOption(descriptor.raw, Int32(IPPROTO_TCP), TCP_QUICKACK, 1)
  }

  /// Half-closes: the peer reads end of file and can still write.
  package static func endSending(_ descriptor: borrowing Descriptor) {
    shutdown(descriptor.raw, Int32(SHUT_WR))
  }

  /// Makes the next close send a reset (RST), so that the client sees an aborted connection instead of a normal end.
  package static func resetOnClose(_ descriptor: borrowing Descriptor) {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor.raw, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// Creates two connected sockets within this process (socketpair(2)). The caller owns both descriptors.
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
  /// Connects to a Unix socket's path without waiting.
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
  /// Sends all of `bytes`, waiting while the buffer is full; false on an error or after `deadline`.
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

  /// Receives exactly `count` bytes; nil on an error, at end of file, or after `deadline`.
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

  /// Waits until there is something to read: bytes, end of file or an error; false after `deadline`.
  package borrowing func waitUntilReadable(until deadline: MonotonicTime) -> Bool {
    wait(for: Int16(POLLIN), until: deadline)
  }

  private borrowing func wait(for events: Int16, until deadline: MonotonicTime) -> Bool {
    var entry = pollfd(fd: raw, events: events, revents: 0)
    let left = Epoll.milliseconds(deadline - MonotonicTime.now)
    guard left > 0 else { return false }
    return poll(&entry, 1, left) > 0 || errno == EINTR
  }
}
