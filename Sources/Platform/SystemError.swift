internal import Glibc

/// A system call that failed: which one, on what, and errno.
package struct SystemError: Error, Hashable, CustomStringConvertible {
  package let operation: String
  package let code: Int32
  /// What stands where a regular file is wanted: `a FIFO`.
  private let intruder: String?

  package init(_ operation: String, code: Int32) {
    self.operation = operation
    self.code = code
    intruder = nil
  }

  /// - Parameter intruder: what is there in place of a regular file.
  init(_ operation: String, found intruder: String) {
    self.operation = operation
    code = EINVAL
    self.intruder = intruder
  }

  /// What errno says after `operation` failed just now.
  package static func last(_ operation: String) -> SystemError { SystemError(operation, code: errno) }

  /// `No such file or directory`
  package var reason: String {
    intruder.map { "it is \($0), not a regular file" } ?? String(cString: strerror(code))
  }

  /// Something else stands where a regular file is wanted.
  package var isNotRegular: Bool { intruder != nil }
  /// There is no such file.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
  /// The file is larger than the reader takes.
  package var isTooLarge: Bool { code == EFBIG }

  package var description: String { "\(operation): \(reason)" }
}

extension SystemError {
  /// ETIMEDOUT: what TCP_USER_TIMEOUT ends a dead connection with.
  package static var timedOut: Int32 { ETIMEDOUT }

  /// A rule of this machine stands against it.
  package var isDenied: Bool { code == EACCES || code == EPERM }
}
