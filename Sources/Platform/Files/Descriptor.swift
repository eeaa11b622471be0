internal import Glibc

/// A file descriptor with one owner. deinit closes it.
package struct Descriptor: ~Copyable, Sendable {
  package let raw: Int32

  /// Takes ownership of `raw`: no other code may close it.
  package init(owning raw: Int32) {
    self.raw = raw
  }

  deinit {
    close(raw)
  }

  /// The result of one read or write. Interrupted calls are repeated.
  package enum Outcome: Equatable {
    case moved(Int)
    case endOfFile
    case wouldBlock
    case failed(Int32)
  }

  package borrowing func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
    while true {
      let count = Glibc.read(raw, buffer.baseAddress, buffer.count)
      if count > 0 { return .moved(count) }
      if count == 0 { return .endOfFile }
      if errno == EAGAIN { return .wouldBlock }
      if errno != EINTR { return .failed(errno) }
    }
  }

  /// Sends on a socket without raising SIGPIPE.
  package borrowing func send(_ buffer: UnsafeRawBufferPointer) -> Outcome {
    while true {
      let count = Glibc.send(raw, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return .moved(count) }
      if errno == EAGAIN { return .wouldBlock }
      if errno != EINTR { return .failed(errno) }
    }
  }

  /// Writes to a pipe. The process must ignore SIGPIPE.
  package borrowing func write(_ buffer: UnsafeRawBufferPointer) -> Outcome {
    while true {
      let count = Glibc.write(raw, buffer.baseAddress, buffer.count)
      if count >= 0 { return .moved(count) }
      if errno == EAGAIN { return .wouldBlock }
      if errno != EINTR { return .failed(errno) }
    }
  }

  /// Makes the descriptor non-blocking and close-on-exec, as the event loop requires.
  package borrowing func prepareForLoop() throws(SystemError) {
    let status = fcntl(raw, F_GETFL)
    guard status >= 0, fcntl(raw, F_SETFL, status | O_NONBLOCK) == 0,
      fcntl(raw, F_SETFD, FD_CLOEXEC) == 0
    else { throw .last("fcntl") }
  }
}
