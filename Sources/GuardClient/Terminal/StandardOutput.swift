internal import ArgumentParser
import Glibc

/// Writes complete texts to standard output and standard error.
enum StandardOutput {
  /// False if the pipe's reader has gone or writing fails.
  @discardableResult
  static func write(_ text: String) -> Bool { write(text, to: STDOUT_FILENO) }

  /// Writes the output of a command. A closed pipe is not an error, because the reader wants no more. Other failures,
  /// such as a full disk, are.
  static func answer(_ text: String) throws { _ = try tell(text) }

  /// Writes one part of the output; false if the pipe's reader has gone.
  static func tell(_ text: String) throws -> Bool {
    guard !write(text) else { return true }
    let code = errno
    guard code != EPIPE else { return false }
    writeError("oceanid-ctl: standard output can't be written: \(String(cString: strerror(code)))\n")
    throw ExitCode(74)  // sysexits.h: EX_IOERR
  }

  @discardableResult
  static func writeError(_ text: String) -> Bool { write(text, to: STDERR_FILENO) }

  /// False if the other end of a pipe is closed.
  static var hasReader: Bool {
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
