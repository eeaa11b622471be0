internal import ArgumentParser
import Glibc

/// Standard output and error, written whole.
enum StandardOutput {
  /// False where nobody reads any more (a pipe closed early) or nothing can be written.
  @discardableResult
  static func write(_ text: String) -> Bool { write(text, to: STDOUT_FILENO) }

  /// Writes a command's answer. A reader that went away (a pipe closed early) wants no more; any other failure, such
  /// as a full disk, must not pass for an answer given.
  static func answer(_ text: String) throws { _ = try tell(text) }

  /// The same for one piece of many: false once nobody reads any more.
  static func tell(_ text: String) throws -> Bool {
    guard !write(text) else { return true }
    let code = errno
    guard code != EPIPE else { return false }
    writeError("oceanid-ctl: standard output can't be written: \(String(cString: strerror(code)))\n")
    throw ExitCode(74)  // sysexits.h: EX_IOERR
  }

  @discardableResult
  static func writeError(_ text: String) -> Bool { write(text, to: STDERR_FILENO) }

  /// False once the other end of a pipe has closed.
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
          // Somebody else made the descriptor non-blocking; wait for room as a blocking one would.
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
