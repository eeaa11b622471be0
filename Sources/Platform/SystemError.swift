internal import Glibc

/// A failed system call: the operation with its object, and errno.
package struct SystemError: Error, Hashable, CustomStringConvertible {
  package let operation: String
  package let code: Int32
  /// The type of the object found instead of a regular file, for example `a FIFO`.
  private let foundFileType: String?

  package init(_ operation: String, code: Int32) {
    self.operation = operation
    self.code = code
    foundFileType = nil
  }

  /// - Parameter foundFileType: the type of the object found instead of a regular file.
  init(_ operation: String, found foundFileType: String) {
    self.operation = operation
    code = EINVAL
    self.foundFileType = foundFileType
  }

  /// The error that errno reports after `operation` failed.
  package static func last(_ operation: String) -> SystemError { SystemError(operation, code: errno) }

  /// The message alone, for example `No such file or directory`.
  package var reason: String {
    foundFileType.map { "it is \($0), not a regular file" } ?? String(cString: strerror(code))
  }

  /// True if the path is not a regular file.
  package var isNotRegular: Bool { foundFileType != nil }
  /// True if the file does not exist.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
  /// True if the file is larger than the reader's limit.
  package var isTooLarge: Bool { code == EFBIG }

  package var description: String { "\(operation): \(reason)" }
}

extension SystemError {
  /// ETIMEDOUT: the error of a connection that TCP_USER_TIMEOUT closed.
  package static var timedOut: Int32 { ETIMEDOUT }
  package static var brokenPipe: Int32 { EPIPE }

  /// True if permissions or a security policy deny the operation.
  package var isDenied: Bool { code == EACCES || code == EPERM }
}
