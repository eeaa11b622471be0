import Glibc

/// Writes complete texts to standard output and standard error.
package enum StandardOutput {
  /// False if the pipe's reader has gone or writing fails.
  @discardableResult
  package static func write(_ text: String) -> Bool { write(text, to: STDOUT_FILENO) }

  /// Writes the output of a command. A closed pipe is not an error, because the reader needs no more output.
  /// Other failures are, for example a full disk.
  package static func answer(_ text: String) throws { _ = try writePart(text) }

  /// Writes one part of the output; false if the pipe's reader has gone.
  package static func writePart(_ text: String) throws -> Bool {
    guard !write(text) else { return true }
    let code = errno
    guard code != EPIPE else { return false }
    throw UnwritableOutput(code: code)
  }

  @discardableResult
  package static func writeError(_ text: String) -> Bool { write(text, to: STDERR_FILENO) }

  /// False if the other end of a pipe is closed.
  package static var hasReader: Bool {
    var entry = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return poll(&entry, 1, 0) <= 0 || entry.revents & Int16(POLLERR) == 0
  }

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count > 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        } else if errno == EAGAIN {
          // Another process made the descriptor non-blocking: wait until it is writable.
          var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&entry, 1, 1000)
        } else if errno != EINTR {
          return false
        }
      }
      return true
    }
  }
}

/// Standard output cannot be written, for example because the disk is full.
package struct UnwritableOutput: CommandError {
  /// sysexits.h: EX_IOERR
  package static let status: Int32 = 74
  let code: Int32
  package var exitStatus: Int32 { UnwritableOutput.status }

  package var description: String { "standard output can't be written: \(String(cString: strerror(code)))" }
}
